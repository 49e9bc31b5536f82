#!/usr/bin/env bash
# Checks this bundle with bash (4.4 or later), the GNU coreutils and OpenSSL 3, nothing else; no network.
# One line for each check; the last line is VALID or INVALID, and the exit status 0 or 1.
# Usage: bash verify.sh [FOLDER], by default the folder it lies in. A script inside a bundle proves nothing about
# itself: take it from a bundle you trust already, or type the commands of data/VERIFY.md by hand.
set -u
export LC_ALL=C
unset CDPATH
shopt -s dotglob nullglob globstar
here=${BASH_SOURCE[0]%/*}
if [ "$here" = "${BASH_SOURCE[0]}" ]; then here=.; fi
bag=${1:-$here}
case $bag in /*) ;; *) bag=./$bag ;; esac
if ! cd -- "$bag" 2>/dev/null; then printf 'WRONG  there is no such folder\nINVALID\n'; exit 1; fi

ROOT=tagmanifest-sha512.txt
TAGS=(bagit.txt bag-info.txt manifest-sha256.txt manifest-sha512.txt verify.sh)
PART='[A-Za-z0-9][A-Za-z0-9._-]*'
failed=0

ok() { printf 'ok     %s\n' "$*"; }
bad() { printf 'WRONG  %s\n' "$*"; failed=1; }
note() { printf 'note   %s\n' "$*"; }
finish() {
  if [ "$failed" -eq 0 ]; then echo VALID; else echo INVALID; fi
  exit "$failed"
}

for tool in sha256sum sha512sum openssl date stat head od tr wc cat; do
  if ! command -v "$tool" >/dev/null 2>&1; then
    bad "tools: $tool is missing, nothing could be checked"
    finish
  fi
done

# structure: nothing unknown, only plain files and folders, no links that lead elsewhere
wrong=
for entry in *; do
  case $entry in
    bagit.txt|bag-info.txt|manifest-sha256.txt|manifest-sha512.txt|verify.sh|"$ROOT")
      if [ -L "$entry" ] || [ ! -f "$entry" ]; then wrong="$entry is not a plain file"; fi ;;
    data|evidence)
      if [ -L "$entry" ] || [ ! -d "$entry" ]; then wrong="$entry is not a folder"; fi ;;
    *) wrong="$(printf '%q' "$entry") does not belong here" ;;
  esac
done
for entry in "${TAGS[@]}" "$ROOT"; do
  if [ ! -f "$entry" ]; then wrong="$entry is missing"; fi
done
for entry in data/** evidence/**; do
  if [ -L "$entry" ] || { [ ! -f "$entry" ] && [ ! -d "$entry" ]; }; then
    wrong="$(printf '%q' "$entry") is not a plain file"
  fi
done
# nor more than anybody would publish: 5,000 files, 8 levels, 128 MB in a file, 512 MB in all
if [ -z "$wrong" ]; then
  files=() total=0
  for entry in * data/** evidence/**; do
    slashes=${entry//[!\/]/}
    if [ ! -d "$entry" ]; then files+=("$entry")
    elif [ "${#slashes}" -ge 8 ]; then wrong="folders are nested too deep"; fi
  done
  if [ "${#files[@]}" -gt 5000 ]; then wrong="the folder is larger than a bundle may be"; files=("$ROOT"); fi
  while read -r size; do
    total=$((total + size))
    if [ "$size" -gt 134217728 ] || [ "$total" -gt 536870912 ]; then
      wrong="the folder is larger than a bundle may be"; break
    fi
  done < <(stat -c %s -- "${files[@]}")
fi
if [ -n "$wrong" ]; then
  bad "structure: $wrong; nothing more is read"
  finish
else
  ok "structure: plain files in known places"
fi

# plain FILE BYTES: a file of at most that size without a zero byte, which a shell would not see
plain() {
  local size
  size=$(stat -c %s -- "$1") && [ "$size" -le "$2" ] && [ "$(tr -d '\000' <"$1" | wc -c)" -eq "$size" ]
}

# listed FILE DIGITS PATTERN: fill the array "names"; fail on a line of another form or a name given twice
declare -A names
listed() {
  local line
  names=()
  plain "$1" 134217728 || return 1
  while IFS= read -r line || [ -n "$line" ]; do
    [[ $line =~ ^[0-9a-f]{$2}\ \ ($3)$ ]] || return 1
    [ -z "${names[${BASH_REMATCH[1]}]+x}" ] || return 1
    names[${BASH_REMATCH[1]}]=1
  done <"$1"
  [ "${#names[@]}" -gt 0 ]
}

# manifests: every file under data/ is listed in both, and every listed file has its hash
for kind in 256:64 512:128; do
  bits=${kind%%:*}
  manifest=manifest-sha$bits.txt
  wrong=
  if ! listed "$manifest" "${kind##*:}" "data(/$PART)+"; then wrong="it has a line that is no hash and name"
  elif ! "sha${bits}sum" --strict --status -c "$manifest" 2>/dev/null; then wrong="a file it lists is changed or missing"
  else
    for entry in data/**; do
      if [ -f "$entry" ] && [ -z "${names[$entry]+x}" ]; then wrong="$(printf '%q' "$entry") is not listed"; fi
    done
  fi
  if [ -n "$wrong" ]; then bad "$manifest: $wrong"; else ok "$manifest: ${#names[@]} files, all as listed"; fi
done

# root: the tag manifest covers the manifests, the bag's description and this script
wrong=
if ! listed "$ROOT" 128 "$PART"; then wrong="it has a line that is no hash and name"
elif [ "${#names[@]}" -ne "${#TAGS[@]}" ]; then wrong="it does not list ${#TAGS[@]} files"
else
  for entry in "${TAGS[@]}"; do
    if [ -z "${names[$entry]+x}" ]; then wrong="it does not list $entry"; fi
  done
  if [ "$(tr '\000' '?' <bagit.txt; echo .)" != $'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n.' ]; then
    wrong="bagit.txt is not that of BagIt 1.0"
  fi
  if [ -z "$wrong" ] && ! sha512sum --strict --status -c "$ROOT" 2>/dev/null; then
    wrong="a file it lists is changed or missing"
  fi
fi
if [ -n "$wrong" ]; then bad "$ROOT: $wrong"; else ok "$ROOT: ${#TAGS[@]} files, all as listed"; fi

# identity and source: one name everywhere, and the source that the record states
name= digest= published= once=
wrong=
if plain bag-info.txt 65536; then
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      "External-Identifier: "*) name=${line#*: } ;;
      "Revision-Digest: "*) digest=${line#*: } ;;
      "Published: "*) published=${line#*: } ;;
      *) continue ;;
    esac
    case $once in *" ${line%%: *} "*) wrong="bag-info.txt states ${line%%: *} twice" ;; esac
    once="$once ${line%%: *} "
  done <bag-info.txt
fi
[[ $name =~ ^DP-[0-9]{4}-[0-9]{6}v[1-9][0-9]{0,3}$ ]] || { wrong="bag-info.txt states no identifier"; name=unknown; }
[[ $published =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$ ]] || wrong="bag-info.txt states no time"
# begins FILE BYTES: the file starts with these bytes; dated FILE: it carries the time of publication
begins() { [ -f "$1" ] && [ "$(head -c "${#2}" -- "$1" | tr '\000' '?')" = "$2" ]; }
dated() { [[ $(tr '\000' '?' <"$1") == *"$published"* ]]; }
begins "data/$name.pdf" %PDF- || wrong="data/$name.pdf is missing or of another kind"
begins "data/$name.html" '<!DOCTYPE html>' || wrong="data/$name.html is missing or of another kind"
begins "data/$name.txt" "${name%v*}" || wrong="data/$name.txt is missing or of another kind"
for entry in data/$name.html data/$name.txt; do
  if [ -z "$wrong" ] && ! dated "$entry"; then wrong="$entry does not carry the date $published"; fi
done
if [ -n "$wrong" ]; then bad "identity: $wrong"; else ok "identity: $name, published $published by its own account"; fi
found=
if [ -f data/source/disclosure.json ]; then read -r found _ < <(sha256sum <data/source/disclosure.json); fi
if [ -n "$digest" ] && [ "$found" = "$digest" ] && plain data/source/disclosure.json 16777216; then
  ok "source: SHA-256 $digest"
  note "source: a shell cannot tell whether JSON is canonical; 'antedate verify' can"
else bad "source: data/source/disclosure.json is not the reviewed source"; fi

# stamps: each token must be of the root file and lead to the root certificate beside it, at its own time, by
# the certificates inside it; those of untrusted.pem are copies for other tools and must not hide damage to them
of_root() {
  local check=(openssl ts -verify -data "$ROOT" -in "$1/response.tsr" -attime "$2")
  if [ -f "$1/crls.pem" ]; then "${check[@]}" -CAfile <(cat "$1/root.pem" "$1/crls.pem") -crl_check_all
  else "${check[@]}" -CAfile "$1/root.pem"; fi
}

# der FILE: one DER sequence fills the file (openssl would ignore what follows it)
der() {
  local size a b c d e
  size=$(stat -c %s -- "$1") && read -r a b c d e < <(od -An -tu1 -N5 -- "$1") || return 1
  [ "${a:-0}" -eq 48 ] || return 1
  if [ "${b:-128}" -lt 128 ]; then [ "$size" -eq $((2 + b)) ]
  elif [ "$b" -eq 129 ]; then [ "$size" -eq $((3 + ${c:-0})) ]
  elif [ "$b" -eq 130 ]; then [ "$size" -eq $((4 + ${c:-0} * 256 + ${d:-0})) ]
  else [ "$b" -eq 131 ] && [ "$size" -eq $((5 + ${c:-0} * 65536 + ${d:-0} * 256 + ${e:-0})) ]; fi
}

# one certificate and nothing else: the root whose name and fingerprint are shown is the one that was trusted
one_root() {
  [ -n "$2" ] && [ "$(openssl x509 -in "$1" 2>/dev/null)" = "$2" ] &&
    openssl verify -check_ss_sig -no_check_time -CAfile "$1" "$1" >/dev/null 2>&1
}

stamp() {
  local folder=$1 title=${1#evidence/tsa-} entry when= hash= status= line size T
  for entry in request.tsq response.tsr root.pem untrusted.pem SHA512SUMS; do
    if [ ! -f "$folder/$entry" ] || [ -L "$folder/$entry" ]; then bad "stamp $title: $entry is missing"; return; fi
  done
  if ! listed "$folder/SHA512SUMS" 128 "$PART"; then bad "stamp $title: SHA512SUMS is damaged"; return; fi
  for entry in "$folder"/*; do
    case ${entry##*/} in
      SHA512SUMS) ;;
      request.tsq|response.tsr|root.pem|untrusted.pem|crls.pem)
        if [ -z "${names[${entry##*/}]+x}" ]; then bad "stamp $title: ${entry##*/} is not listed"; return; fi ;;
      *) bad "stamp $title: $(printf '%q' "${entry##*/}") does not belong there"; return ;;
    esac
  done
  if ! (cd -- "$folder" && sha512sum --strict --status -c SHA512SUMS 2>/dev/null); then
    bad "stamp $title: a file of its evidence is changed or missing"; return
  fi
  while read -r size; do
    if [ "$size" -gt 262144 ]; then bad "stamp $title: a file of its evidence is longer than it may be"; return; fi
  done < <(stat -c %s -- "$folder"/*)
  if ! plain "$folder/root.pem" 262144 || ! one_root "$folder/root.pem" "$(<"$folder/root.pem")"; then
    bad "stamp $title: root.pem is not one sound root certificate in PEM and nothing else"; return
  fi
  if [ -f "$folder/crls.pem" ] && { ! plain "$folder/crls.pem" 262144 || [[ $(<"$folder/crls.pem") == *CERTIFICATE* ]]; }; then
    bad "stamp $title: crls.pem holds something else than revocation lists"; return
  fi
  if ! der "$folder/request.tsq" || ! der "$folder/response.tsr"; then
    bad "stamp $title: request.tsq or response.tsr is not one DER structure"; return
  fi
  # the first line is the status; a token that was granted with changes, or not at all, is none
  while IFS= read -r line; do
    case $line in "Status: "*) status=${status:-${line#*: }} ;; esac
  done < <(openssl ts -reply -in "$folder/response.tsr" -text 2>/dev/null)
  if [ "$status" != Granted. ]; then bad "stamp $title: the answer is no granted token"; return; fi
  # only what the token itself says is read: the status text around it is not signed
  while IFS= read -r line; do
    case $line in
      "Hash Algorithm: "*) hash=${hash:-${line#*: }} ;;
      "Time stamp: "*) when=${when:-${line#*: }} ;;
    esac
  done < <(openssl ts -reply -in "$folder/response.tsr" -token_out -text 2>/dev/null)
  case $hash in
    sha256|sha384|sha512) ;;
    *) bad "stamp $title: the token cannot be read, or its hash is too weak"; return ;;
  esac
  if [[ $when =~ ^(.*:[0-9]{2})\.[0-9]+(.*)$ ]]; then when=${BASH_REMATCH[1]}${BASH_REMATCH[2]}; fi
  if ! T=$(date -u -d "$when" +%s 2>/dev/null); then bad "stamp $title: the token states no time"; return; fi
  if ! of_root "$folder" "$T" >/dev/null 2>&1; then
    bad "stamp $title: the token is not one of $ROOT, or does not lead to its root"; return
  fi
  if ! openssl ts -verify -queryfile "$folder/request.tsq" -in "$folder/response.tsr" \
      -CAfile "$folder/root.pem" -attime "$T" >/dev/null 2>&1; then
    bad "stamp $title: the token does not answer the request beside it"; return
  fi
  ok "stamp $title: these bytes existed at $(date -u -d "@$T" +%Y-%m-%dT%H:%M:%SZ)"
  line=$(openssl x509 -in "$folder/root.pem" -noout -subject 2>/dev/null)
  case $line in *"self-issued: proves nothing to a third party"*) note "stamp $title: self-issued: proves nothing to a third party" ;; esac
  line=$(openssl x509 -in "$folder/root.pem" -noout -fingerprint -sha256 2>/dev/null)
  note "stamp $title: root ${line#*=}; compare it with the authority's own word"
}

stamps=0
for folder in evidence/*; do
  case $folder in
    evidence/tsa-*)
      stamps=$((stamps + 1))
      if [[ ${folder#evidence/tsa-} =~ ^[a-z0-9][a-z0-9-]{0,39}$ ]] && [ -d "$folder" ]; then stamp "$folder"
      else bad "evidence: $(printf '%q' "$folder") has no name of an authority"; fi ;;
    evidence/ots|evidence/tlog|evidence/public|evidence/archive-[0-9][0-9][0-9][0-9])
      note "evidence: ${folder#evidence/} is there and not checked by this script" ;;
    *) bad "evidence: $(printf '%q' "${folder#evidence/}") does not belong there" ;;
  esac
done
if [ "$stamps" -eq 0 ]; then bad "stamps: there is none, so nothing proves when these bytes existed"; fi
finish
