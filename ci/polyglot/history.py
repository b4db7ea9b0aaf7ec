"""A scratch repository: the services as they are, and above them a language's changes in an order of chance."""

import os
import pathlib
import random
import shutil
import subprocess

from system import LANGUAGES, Failure

HERE = pathlib.Path(__file__).parent
BUILT = ("target", "node_modules", "venv")  # what a build in the sources' own folders leaves
FAULT = "X-Fault-"
AUTHOR = {"NAME": "drill", "EMAIL": "drill@shop.example", "DATE": "2026-01-01T08:00:00Z"}
LIMIT = 60  # seconds for a command of git


class History:
    def __init__(self, folder, language, seed):
        self.folder, self.language = folder, language
        patches = sorted((HERE / "changes" / language).glob("*.patch"))
        random.Random(f"{seed} {language}").shuffle(patches)
        faults = [patch for patch in patches if headers(patch)]
        if len(faults) != 1 or len(patches) < 5:
            raise Failure(f"{language} has {len(faults)} faults among {len(patches)} changes")
        self.fault, self.about = faults[0].stem, headers(faults[0])
        self.plant()
        self.base = self.git("rev-parse", "HEAD")
        for patch in patches:
            self.git("am", "--quiet", "--3way", patch.resolve())
            if patch == faults[0]:
                self.commit = self.git("rev-parse", "HEAD")
        self.head = self.git("rev-parse", "HEAD")
        if FAULT in self.git("log"):
            raise Failure(f"the history of {language} tells which commit has the fault")

    def plant(self):
        """The first commit."""
        self.folder.mkdir(parents=True)
        for language in LANGUAGES:
            shutil.copytree(HERE / language, self.folder / language, ignore=shutil.ignore_patterns(*BUILT))
        shutil.copy(HERE / "stock.proto", self.folder)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=all: the services")

    def git(self, *arguments):
        # What a developer's own configuration says must not matter.
        own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in AUTHOR.items()}
        command = ["git", "-C", self.folder, *arguments]
        done = subprocess.run(command, env={**os.environ, **own, **who}, capture_output=True, text=True, timeout=LIMIT)
        if done.returncode:
            raise Failure(f"git {arguments[0]} failed: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def subject(self, commit):
        return self.git("log", "-1", "--format=%s", commit)


def headers(patch):
    """The `X-Fault-…` headers of a patch, which `git am` leaves out."""
    lines = patch.read_text().split("\n\n", 1)[0].splitlines()
    pairs = (line.removeprefix(FAULT).split(": ", 1) for line in lines if line.startswith(FAULT))
    return dict(pairs)
