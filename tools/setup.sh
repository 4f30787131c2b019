# Shared by ./run, ./test: what they need on a bare Debian 12, and how they build. Sourced from the
# project's root. Everything here is cheap when there is nothing to do.

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Shells have tenths of a second only through the clock: milliseconds since the epoch.
now_ms() { local t=$EPOCHREALTIME; t=${t//[.,]/}; echo $((t / 1000)); }

PACKAGES_BUILD=(meson ninja-build pkg-config gcc libc6-dev git python3
    libmicrohttpd-dev libsqlite3-dev libjansson-dev libxml2-dev libssl-dev libargon2-dev
    libpcre2-dev libintelrdfpmath-dev libmagic-dev libexif-dev libgdk-pixbuf-2.0-dev libzip-dev libcurl4-openssl-dev libcmark-gfm-dev libcmark-gfm-extensions-dev libxlsxwriter-dev libcmocka-dev tzdata
    libpango1.0-dev libcairo2-dev libqrencode-dev zlib1g-dev fonts-noto-cjk)
# The sanitizers' run time goes by clang's version in Debian 12 and by one name after it.
compiler_rt() { (VERSION_ID=; . /etc/os-release; [ "$VERSION_ID" = 12 ] && echo libclang-rt-14-dev || echo libclang-rt-dev); }
PACKAGES_TEST=(clang "$(compiler_rt)" chromium sqlite3 curl poppler-utils)

# node_is_new_enough: an own Node of version 18 or later serves as well as Debian's.
node_is_new_enough() {
    local version
    version=$(node --version 2>/dev/null) || return 1
    command -v npm >/dev/null || return 1
    version=${version#v}
    [ "${version%%.*}" -ge 18 ]
}

# missing_packages NAME...: prints those that are not installed.
missing_packages() {
    local installed
    installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null |
        sed -n 's/^ii *//p' | sort -u)
    comm -23 <(printf '%s\n' "$@" | sort -u) <(printf '%s\n' "$installed")
}

# install NAME...: what is missing, by apt-get.
install() {
    local missing command=()
    command -v dpkg-query >/dev/null ||
        die "This is not Debian: please install the equivalents of: $*"
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "These packages are missing: ${missing//$'\n'/ }
Installing them needs root. Please run as root:
    apt-get install --no-install-recommends ${missing//$'\n'/ }"
        command=(sudo)
    fi
    say "Installing: ${missing//$'\n'/ }"
    command+=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y)
    "${command[@]}" update >&2 || say "The list of packages could not be brought up to date; going on with the old one."
    # shellcheck disable=SC2086
    "${command[@]}" install --no-install-recommends $missing >&2 ||
        die "Installing failed; see above. Needed: ${missing//$'\n'/ }"
}

# web_is_current: web/dist was built after the last change of what it is made from.
web_is_current() {
    [ -f web/dist/index.html ] || return 1
    local newer
    newer=$(find web -path web/node_modules -prune -o -path web/dist -prune -o \
        -newer web/dist/index.html -type f ! -name '*.md' -print -quit)
    [ -z "$newer" ]
}

# web_packages: what npm fetches, when it is out of date.
web_packages() {
    node_is_new_enough || install nodejs npm
    node_is_new_enough || die "The face needs Node 18 or later with npm; found: $(node --version 2>&1)"
    local stamp=web/node_modules/.installed
    if [ ! -f "$stamp" ] || [ web/package.json -nt "$stamp" ] || [ web/package-lock.json -nt "$stamp" ]; then
        say "Fetching the face's packages"
        if [ -f web/package-lock.json ]; then
            (cd web && npm ci --no-audit --no-fund --loglevel=error) >&2
        else
            (cd web && npm install --no-audit --no-fund --loglevel=error) >&2
        fi || die "npm could not fetch the face's packages; see above."
        touch "$stamp"
    fi
}

# build_web: the face, when it is out of date. Its types are checked by ./test.
build_web() {
    [ -f web/package.json ] || return 0
    ! web_is_current || return 0
    web_packages
    say "Building the face"
    (cd web && npm run --silent build) >&2 || die "The face did not build; see above."
    touch web/dist/index.html
}

# build_engine FOLDER [TARGET... | --option=VALUE...]: configures once, compiles what changed.
# A warning leaves a mark, so that the next full build shows it again instead of hiding it.
build_engine() {
    local folder=$1 options=() targets=() argument log status=0
    shift
    for argument; do
        case $argument in -*) options+=("$argument") ;; *) targets+=("$argument") ;; esac
    done
    if [ ! -f "$folder/build.ninja" ]; then
        say "Building in $folder for the first time: a minute or two"
        meson setup "$folder" "${options[@]}" >"/tmp/junma-meson.$$" 2>&1 || {
            tail -n 20 "/tmp/junma-meson.$$" >&2
            rm -f "/tmp/junma-meson.$$"
            die "Meson could not set up $folder; see above."
        }
        rm -f "/tmp/junma-meson.$$"
    fi
    log=$folder/compile.log
    ninja -C "$folder" "${targets[@]}" >"$log" 2>&1 || status=$?
    if [ "$status" != 0 ]; then
        grep -E 'error:|FAILED|undefined reference|ninja:' "$log" | head -n 40 >&2
        die "$folder does not compile; the whole output is in $log."
    fi
    if grep -q 'warning:' "$log"; then
        cat "$log" >>"$folder/warnings.log"
    fi
}
