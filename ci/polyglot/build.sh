# What the polyglot proofs share: the languages are there, or are installed, and `build` builds a program. Sourced from the
# repository's root by `run` and `walk`.
built=$(realpath -m "${POLYGLOT:-${CARGO_TARGET_DIR:-target}/polyglot}")

# Command, oldest version that will do, Debian's package, and how the command tells its version.
languages=(
  "go      1.26 golang-go                 go version"
  "javac   17   default-jdk-headless      javac -version"
  "mvn     3.6  maven                     mvn --version"
  "node   18.19 nodejs                    node --version"
  "npm     9    npm                       npm --version"
  "python3 3.10 python3                   python3 --version"
)
# An older Go fetches the newer one that go.mod names.
export GOTOOLCHAIN=${GOTOOLCHAIN:-auto}

version_of() { "$@" 2>&1 | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1; }
is_venv_there() { python3 -c 'import ensurepip, venv' 2>/dev/null; }

# What is missing or too old: a line for each, with its package.
lacking() {
  local command oldest package tells version
  for language in "${languages[@]}"; do
    read -r command oldest package tells <<<"$language"
    if ! type -P "$command" >/dev/null; then
      echo "$package $command is missing"
      continue
    fi
    # shellcheck disable=SC2086
    version=$(cd ci/polyglot/go && version_of $tells) || version=
    printf '%s\n' "$oldest" "${version:-0}" | sort -V -C || echo "$package $command is ${version:-of an unknown version}, not $oldest"
  done
  is_venv_there || echo "python3-venv python3 has no venv"
}

if [ -n "$(lacking)" ] && [ "$(id -u)" -eq 0 ] && type -P apt-get >/dev/null; then
  lacking >&2
  mapfile -t packages < <(lacking | cut -d ' ' -f 1)
  { timeout 5m apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive timeout 20m apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >&2 || true
  hash -r
fi
if [ -n "$(lacking)" ]; then
  lacking | sed -E 's|^([^ ]+) (.*)$|ci/polyglot: \2: install it (Debian: \1, where that is new enough)|' >&2
  echo "| lacking: $(lacking | cut -d ' ' -f 2 | xargs)"
  exit 2
fi

# Each language is built in a copy, and again only if its sources changed.
build() { # LANGUAGE LIMIT [SOURCES [HOME]]
  local sources=${3:-ci/polyglot/$1} home=${4:-$built/$1} key began=$SECONDS
  key=$(find "$sources" ci/polyglot/stock.proto ci/polyglot/build.sh -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
  [ "$(cat "$home/built" 2>/dev/null)" != "$key" ] || return 0
  rm -rf "$home"
  mkdir -p "$(dirname "$home")"
  cp -r "$sources" "$home"
  cp ci/polyglot/stock.proto "$home/"
  # Registries fail now and then; their clients keep what they have fetched.
  (cd "$home" && { timeout "$2" bash -ec "build_$1" || timeout "$2" bash -ec "build_$1"; }) >"$home.log" 2>&1 </dev/null || {
    cat "$home.log"
    echo "| the program in $1 did not build"
    exit 1
  }
  echo "$key" >"$home/built"
  echo "built $1 in $((SECONDS - began)) s"
}
build_go() { CGO_ENABLED=0 go build -trimpath -buildvcs=false -o service .; }
build_java() { mvn -B -q --no-transfer-progress process-classes; }
build_javascript() { npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; }
# With VENV, the same packages as in another build.
build_python() {
  rm -rf venv
  if [ -n "${VENV:-}" ]; then
    ln -s "$VENV" venv
  else
    python3 -m venv venv && venv/bin/pip install -q --disable-pip-version-check -r requirements.txt
  fi
}
export -f build_go build_java build_javascript build_python
