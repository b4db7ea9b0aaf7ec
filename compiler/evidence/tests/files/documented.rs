//! Keys as the issuers' pages show them, and what those pages show beside them that opens nothing. Each key is split, so
//! that a scan of this repository finds none.

/// The issuer's words in the catalogue, and a key that its page shows or that scanners publish as an example.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("an AWS access key", concat!("AKIA", "IOSFODNN7EXAMPLE")),
    ("an AWS access key", concat!("AKIA", "I44QH8DHBEXAMPLE")),
    ("a Google API key", concat!("AIza", "SyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe")),
    ("a Google API key", concat!("AQ.", "Ab8RN6K3xQ2mVz9LpR4tYw8NsB3cFh6JdG5aUe1ZqX7vM2kT-4")),
    ("a Google OAuth token", concat!("1//", "xEoDL4iW3cxlI7yDbSRFYNG01kVKM2C-259HOF2aQbI")),
    (
        "an Azure DevOps token",
        concat!("abcdefghijklmnopqrstuvwxyz012345679ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno", "AZ", "DOabcd"),
    ),
    ("a Heroku key", concat!("HRKU-", "AALJCYR7SRzPkj9_BGqhi1jAI1J5P4WfD6ITENvdVydAPCnNcAlrMMahHrTo")),
    ("a Heroku key", concat!("HRKU-", "5f1c3a9e-0b7d-4e62-9a48-c3d1e7f20b65")),
    (
        "a Terraform Cloud token",
        concat!("QnbSxjjhVMHJgw.atl", "asv1.gxZnWIjI5j752DGqdwEUVLOFf0mtyaQ00H9bA1j90qWb254lEkQyOdfqqcq9zZL7Sm0"),
    ),
    ("an age key", concat!("AGE-SEC", "RET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR")),
    ("a Supabase key", concat!("sb_", "secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz")),
    ("an Okta token", concat!("SSWS 00", "igKrTNyNLHCw0wYSIsoDF28cN4B3KZPETBz9pqz0")),
    ("a crates.io token", concat!("cio_", "tp_gGK6jurSwKyl9V3Az19z7YEFQI9aoOOd")),
    ("a Databricks token", concat!("da", "pi1234567890ab1cde2f3ab456c7d89efa")),
    ("a Linear key", concat!("lin_", "api_2thngjik222gkiihzivh242LU7zvkdvdgB14B41S")),
    ("a Stripe key", concat!("sk_", "test_BQokikJOvBiI2HlWgH4olfQ2")),
    ("a Square token", concat!("EQ", "AAl0OcByu3IYJYScGGg-8E5YNf0r0b6jCTCMy5nOcRZ4ok0wbWAL8vY3tZWNcc")),
    (
        "a PayPal token",
        concat!(
            "A21",
            "AAFEpH4PsADK7qSS7pSRsgzfENtu-Q1ysgEDVDESseMHBYXVJYE8ovjj68elIDy8nF26AwPhfXTIeWAZHSLIsQkSYz9ifg"
        ),
    ),
    ("a Shopify token", concat!("shp", "pa_9c31c19c74c7e92514ef82c7c091cb8e")),
    ("a Discord token", concat!("MTk4NjIyNDgzNDcxOTI1MjQ4", ".Cl2FMQ.", "ZnCjm1XVW7vRze4b7Cq4se7kKWs")),
    (
        "a Discord webhook",
        concat!(
            "https://canary.discord.com/api/",
            "webhooks/347114750880120863/kKDdjXa1g9tKNs0-_yOwLyALC9gydEWP6gr9sHabuK1vuofjhQDDnlOclJeRIvYK-pj_"
        ),
    ),
    ("a Telegram token", concat!("110201543", ":AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")),
    ("a Telegram token", concat!("4839574812", ":AAFD39kkdpWt3ywyRZergyOLMaJhac60qc")),
    ("a Resend key", concat!("re_", "EbtXGAbq_2E1LZ8WYqYsrrDfjEHf6DxEK")),
    ("a PagerDuty key", concat!("pdus", "+_0XBPWQQ_dfd3c718-4a46-400d-a8ec-45bab1fd417e")),
    ("a New Relic key", concat!("033f2f2072ca3f2cb2ec39024fa9e49cd640", "NRAL")),
    ("a New Relic key", concat!("eu01xx", "aa7460e1ea3abdfbbbd36e85c10cd0", "NRAL")),
    (
        "a Dynatrace token",
        concat!("dt0c01.ST2EY72KQINMH574WMNVI7YN.", "G3DFPBEJYMODIDAEX454M7YWBUVEFOWKPRVMWFASS64NFH52PX6BNDVFFM572RZM"),
    ),
    (
        "a GitHub token",
        concat!("ghs_", "1234567_eyJhbGciOiJFZERTQSJ9QxT4.eyJpbnN0YWxsYXRpb24iOjQyfQ7kZ.Zm9vYmFy-kLm0pQrS9tUvWx2yZ4aB"),
    ),
    (
        "an Azure key",
        concat!("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KB", "+ASt", "MoGMGw=="),
    ),
    (
        "an Azure key",
        concat!("C3J27XDCG2LmlZGEONYlgCtjfIZ4SOcMz9CPVNPkNa1Hedcm4pMb", "JQQ", "J99BKACfhXDuCL1mHoOsFaQfDPrAJ"),
    ),
    (
        "an Azure signature",
        concat!(
            "https://acc.blob.core.windows.net/c?sv=2022-11-02&sp=r&si",
            "g=Jq7xK2mVz9LpR4tYw8NsB3cFh6JdG5aUe1ZqX7vM%2B4%3D"
        ),
    ),
    ("a Datadog key", concat!("dd", "app_Q7xK2mVz9LpR4tYw8NsB3cFh6JdG5aUe1Z")),
    ("a Vercel token", concat!("vc", "p_Q7xK2mVz9LpR4tYw8NsB3cFh6JdG5aUe1ZqXQ7xK2mVz9LpR4tYw8NsB")),
    ("a Netlify token", concat!("nf", "b_Q7xK2mVz9LpR4tYw8NsB3cFh6JdG5aUe1ZqX")),
    ("a Doppler token", concat!("dp.", "st.dev_eu-west.Q7xK2mVz9LpR4tYw8NsB3cFh6JdG5aUe1ZqXtR3w")),
];

/// Public parts, and keys that are none: too short, too long, of another alphabet.
pub(crate) const QUIET: &[&str] = &[
    // What the issuer means to be published.
    concat!("pk_", "live_51Hb2K3LkdIwHu7ixQ7xK2mVz9LpR4tYw8NsB3cFh6JdG5aUe1ZqX"),
    concat!("pk_", "test_TYooMQauvdEDq54NiTphI7jx"),
    "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH",
    "const key = 'phc_Q7xK2mVz9LpR4tYw8NsB3cFh6JdG5aUe1ZqXtR3wN'",
    "pk.eyJ1IjoibWFwYm94IiwiYSI6ImNpejY4NXVycTA2emYycXBndHRqcmZ3N3gifQ.rJcFIG214AriISLbB6B5aw",
    "sq0idp-734Md5EcFjFmwpaR0Snm6g",
    "AC3f9b2c7d1e8a4065b7c2d9e1f0a38b46",
    "client_id: 407408718192-9q2k7m1v4x8z3c5b6n0a1s2d3f4g5h6j.apps.googleusercontent.com",
    "clientId = '0oa1gjh63g214q0Hq0g4'",
    "mdb_sa_id_66c3f1e2a9b4d87f60215c3e",
    "rzp_live_dK4mHQs3eAHUtq",
    "FLWPUBK_TEST-3f9b2c7d1e8a4065b7c2d9e1f0a38b46-X",
    "dsn: 'https://3f9b2c7d1e8a4065b7c2d9e1f0a38b46@o447951.ingest.us.sentry.io/5428563'",
    "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kud3xsyqqmhr3q7",
    "sqb_3f9b2c7d1e8a4065b7c2d9e1f0a38b4612345678",
    "glpat-scope: read_api",
    "TEAM_ID=T024BE7LD CHANNEL=C024BE91L",
    "https://hooks.slack.com/services/T00000000/B00000000/",
    "https://discord.com/api/webhooks/347114750880120863/{token}",
    "https://discord.com/channels/347114750880120863/347114750880120864",
    "-----BEGIN PGP PUBLIC KEY BLOCK-----",
    "PuTTY-User-Key-File-3: ssh-ed25519\nPublic-Lines: 2\nPrivate-Lines: 0\n",
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJrVENDQVRlZ0F3SUJBZ0lJZUp2TmhQZkF4Y2d3Q2dZSUtvWkl6ajBFQXdJd0l6RWg=",
    "tskey-auth-xxx",
    // Lengths and alphabets that no issuer uses.
    concat!("gh", "p_Q7xK2mVz9LpR4tYw8NsB3cFh6JdG5aUe1Z"),
    concat!("gh", "p_Q7xK2mVz9LpR-tYw8NsB3cFh6JdG5aUe1ZqX"),
    concat!("np", "m_Q7xK2mVz9LpR4tYw8NsB3cFh6JdG5aUe1ZqXY"),
    concat!("h", "f_Q7xK2mVz9LpR4tYw8NsB3cFh6JdG5aUe"),
    concat!("da", "pi3f9b2c7d1e8a4065b7c2d9e1f0a38b4"),
    concat!("da", "piQ7xK2mVz9LpR4tYw8NsB3cFh6JdG5aUe"),
    concat!("dop_", "v1_3f9b2c7d1e8a4065b7c2d9e1f0a38b46"),
    concat!("ruby", "gems_3f9b2c7d1e8a4065b7c2d9e1f0a38b46"),
    concat!("AK", "IAq7xk2mvz9lpr4tyw"),
    concat!("AI", "zaSyDaGmWKa4JsXZ-HjGw7ISLn"),
    concat!("SG", ".Q7xK2mVz9LpR4tYw8NsB3c.Q7xK2mVz9LpR"),
    concat!("nt", "n_Q7xK2mVz9LpR4tYw8NsB3cFh6JdG5aUe1ZqXtR3wNm"),
    concat!("sntr", "yu_3f9b2c7d1e8a4065b7c2d9e1f0a38b46"),
    concat!("vc", "p_Q7xK2mVz9LpR4tYw8NsB3cFh"),
    concat!("glsa", "_Q7xK2mVz9LpR4tYw8NsB3c_1234"),
    concat!("AGE-SEC", "RET-KEY-1BIOBIOBIOBIOBIOBIOBIOBIOBIOBIOBIOBIOBIOBIOBIOBIOBIOBIOBIOB"),
    concat!("mdb_", "sa_sk_3f9b2c7d-1e8a-4065-b7c2-d9e1f0a38b46"),
    "api-3f9b2c7d-1e8a-1065-b7c2-d9e1f0a38b46",
    "sig = verify(message, key)",
    "sig=MEUCIQDx7kZ4mVz9LpR4tYw8NsB3cFh6JdG5aUe1ZqXQ7xK2mVz9LpR4tYw8NsB3c",
    "key-3f9b2c7d1e8a",
    "us-east-1:3f9b2c7d-1e8a-4065-b7c2-d9e1f0a38b46",
];
