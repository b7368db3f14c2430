#!/bin/sh
# Sends to Cordboard what Asterisk wrote while nobody listened: new lines of its channel events (CEL) and finished recordings.
# Needs a POSIX shell with the usual tools, curl and openssl. Sending something twice does no harm.
#
#   cordboard-push.sh [--once] [/etc/cordboard-push.conf]
#
# The file in /etc holds lines of shell:
#
#   HOOK=https://cordboard.example.com/hooks/con_0123456789abcdef   # as `npm run secret` prints it
#   SECRET_FILE=/etc/cordboard.secret                               # holds whsec_…; only for the user this runs as
#   CEL=/var/log/asterisk/cel-custom/cordboard.csv
#   RECORDINGS=/var/spool/asterisk/monitor/done                     # empty: no recordings; what was sent goes into sent/ in it
#   STATE=/var/lib/cordboard-push                                   # how far it came; this user may write there
#   COUNTRY=US                                                      # as given to `npm run connect`: where numbers are dialled from
#   TRUNKS=PJSIP/telco                                              # likewise, if lines outside were named there; several with commas
#   EVERY=5                                                         # seconds
#
# Ends with 0 when all there was has been sent, with 1 when something is wrong; without --once it tries again.
set -u
umask 077
LC_ALL=C
export LC_ALL

most_bytes=500000 # of one delivery; Cordboard takes a megabyte
most_refused=10   # lines in a row that are set aside before it is taken for a mistake in the configuration

said=
say() { # what is the same as last time is not said again
  [ "$*" = "$said" ] || printf '%s\n' "cordboard-push: $*" >&2
  said=$*
}
stop() {
  say "$*"
  exit 2
}

once=
case ${1-} in
--once)
  once=1
  shift
  ;;
--help | -h)
  sed -n '2,/^set -u/s/^# \{0,1\}//p' "$0"
  exit 0
  ;;
esac
config=${1-/etc/cordboard-push.conf}
CEL=/var/log/asterisk/cel-custom/cordboard.csv
RECORDINGS=/var/spool/asterisk/monitor/done
STATE=/var/lib/cordboard-push
EVERY=5
COUNTRY=
TRUNKS=
HOOK=
SECRET_FILE=
[ -r "$config" ] || stop "$config can't be read: make it as the beginning of this script shows."
case $config in */*) ;; *) config=./$config ;; esac
. "$config"
[ -n "$HOOK" ] || stop "HOOK is missing in $config: the address of the connection, as \`npm run secret\` prints it."
case $HOOK in
http*://*/hooks/?*) ;;
*) stop "HOOK in $config is no address of a connection: it looks like https://…/hooks/con_…" ;;
esac
base=${HOOK%/hooks/*}
connection=${HOOK##*/}
for program in curl openssl od; do
  command -v "$program" >/dev/null || stop "$program is not installed."
done
mkdir -p "$STATE" 2>/dev/null && [ -w "$STATE" ] || stop "$STATE can't be written: make it, for the user this runs as."
work=$(mktemp -d "$STATE/work.XXXXXX") || stop "$STATE can't be written."
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# The key never stands in a command line, which every user of this machine can read: HMAC (RFC 2104) by its two hashes.
key_bytes() { # stdin: the key; stdout: its bytes as decimal numbers, filled up to 64
  bytes=$(od -An -v -tu1 | tr -s ' \n' '  ')
  count=0
  for byte in $bytes; do
    printf '%s ' "$byte"
    count=$((count + 1))
  done
  while [ "$count" -lt 64 ]; do
    printf '0 '
    count=$((count + 1))
  done
}
padded() { # key's bytes, the number they are mixed with: printf's escapes
  for byte in $1; do printf '\\%03o' $((byte ^ $2)); done
}
hash() { openssl dgst -sha256 -binary; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
hmac() { # inner and outer key as escapes; stdin: what is signed
  { printf "$2"; { printf "$1"; cat; } | hash; } | hash
}
read_secret() {
  [ -r "$SECRET_FILE" ] || {
    say "SECRET_FILE ($SECRET_FILE) can't be read: put the secret in, as \`npm run secret\` prints it."
    return 1
  }
  secret=$(tr -d ' \t\r\n' <"$SECRET_FILE")
  case $secret in
  whsec_?*) ;;
  *)
    say "$SECRET_FILE holds no secret: it begins with whsec_, as \`npm run secret\` prints it."
    return 1
    ;;
  esac
  key=$(printf '%s\n' "${secret#whsec_}" | openssl base64 -d -A 2>/dev/null | key_bytes)
  inner=$(padded "$key" 54)
  outer=$(padded "$key" 92)
  key=$(printf '%s' "$secret" | key_bytes)
  file_inner=$(padded "$key" 54)
  file_outer=$(padded "$key" 92)
  secret=
  key=
}

ask() { # curl's arguments; sets $status (000: no answer) and $answer, one line of it
  : >"$work/answer"
  status=$(curl -sS -o "$work/answer" -w '%{http_code}' --connect-timeout 10 "$@" 2>"$work/trouble") || status=000
  if [ "$status" = 000 ]; then
    answer=$(head -n 1 "$work/trouble")
  else
    answer=$(head -c 400 "$work/answer" | tr '\n\r' '  ')
  fi
}
why_not() {
  case $status in
  000) say "Cordboard does not answer at $base: $answer. What there is waits; it is sent later." ;;
  401) say "Cordboard refused the signature of $connection: $answer Is $SECRET_FILE the secret of this connection, and the clock right?" ;;
  404) say "Cordboard knows no connection $connection: take HOOK from \`npm run secret\`." ;;
  *) say "Cordboard answered $status: $answer What there is waits; it is sent later." ;;
  esac
}

send_lines() { # $1: a file of whole lines
  id=cel-$(hash <"$1" | hex)
  time=$(date +%s)
  signature=$({ printf '%s.%s.' "$id" "$time"; cat "$1"; } | hmac "$inner" "$outer" | openssl base64 -A)
  ask --max-time 60 --data-binary "@$1" -H 'content-type: text/csv' ${COUNTRY:+-H "x-pbx-country: $COUNTRY"} ${TRUNKS:+-H "x-pbx-trunks: $TRUNKS"} -H "webhook-id: $id" -H "webhook-timestamp: $time" \
    -H "webhook-signature: v1,$signature" "$HOOK"
}

sent_lines=0
refused_in_a_row=0
# Sends the rest of one file; $1: the file, $2: how far it was sent, $3: its inode. Fails when something has to wait.
send_rest() {
  offset=$2
  limit=$most_bytes
  while :; do
    tail -c "+$((offset + 1))" "$1" 2>/dev/null | head -c "$limit" >"$work/part"
    [ -s "$work/part" ] || return 0
    [ "$(inode_of "$1")" = "$3" ] || return 0 # rotated just now
    if [ -n "$(tail -c 1 "$work/part" | tr -d '\n')" ]; then
      sed '$d' "$work/part" >"$work/lines" # the last line is still being written, or goes on behind the limit
    else
      mv "$work/part" "$work/lines"
    fi
    if [ ! -s "$work/lines" ]; then
      [ "$(wc -c <"$work/part")" -lt "$limit" ] && return 0
      limit=$((limit * 2)) # one line that is longer
      [ "$limit" -le $((most_bytes * 8)) ] || {
        say "$1 has a line of more than $((most_bytes * 4)) bytes at byte $offset: it is no file of channel events. Look at CEL in $config."
        return 1
      }
      continue
    fi
    lines=$(($(wc -l <"$work/lines")))
    send_lines "$work/lines"
    case $status in
    2??)
      refused_in_a_row=0
      sent_lines=$((sent_lines + lines))
      offset=$((offset + $(wc -c <"$work/lines")))
      keep "$3" "$offset"
      [ "$limit" -ge "$most_bytes" ] && limit=$most_bytes || limit=$((limit * 2))
      ;;
    400 | 413)
      if [ "$lines" -gt 1 ]; then
        limit=$(($(wc -c <"$work/lines") / 2)) # which line is it?
      else
        refused_in_a_row=$((refused_in_a_row + 1))
        if [ "$refused_in_a_row" -gt "$most_refused" ]; then
          say "Cordboard can't read $1: $answer Nothing more is sent until that is mended."
          return 1
        fi
        cat "$work/lines" >>"$STATE/refused.csv"
        say "a line was set aside into $STATE/refused.csv: $answer"
        offset=$((offset + $(wc -c <"$work/lines")))
        keep "$3" "$offset"
      fi
      ;;
    *)
      why_not
      return 1
      ;;
    esac
  done
}
inode_of() { ls -di "$1" 2>/dev/null | { read -r inode _ && printf '%s' "$inode"; }; }
keep() { # inode, offset
  printf '%s %s\n' "$1" "$2" >"$STATE/cel.new" && mv "$STATE/cel.new" "$STATE/cel"
}
push_cel() {
  [ -n "$CEL" ] || return 0
  current=$(inode_of "$CEL")
  before=
  offset=0
  [ -r "$STATE/cel" ] && read -r before offset <"$STATE/cel"
  if [ -n "$before" ] && [ "$before" != "$current" ]; then
    # Rotated: what is left of the old file comes first.
    old=
    for file in "$CEL"?* "${CEL%.csv}"?*; do
      [ -f "$file" ] && [ "$(inode_of "$file")" = "$before" ] && old=$file && break
    done
    if [ -n "$old" ]; then
      send_rest "$old" "$offset" "$before" || return 1
    elif [ -n "$current" ]; then
      say "the file that $CEL was before is gone: what was written to it after byte $offset is not sent."
    fi
    [ -n "$current" ] || return 0 # the new one comes with the next call
    offset=0
  fi
  if [ -z "$current" ]; then
    [ -d "${CEL%/*}" ] || say "$CEL is not there: is cel_custom loaded, and cel_custom.conf as documented?"
    return 0
  fi
  [ "$(wc -c <"$CEL")" -ge "$offset" ] || offset=0 # emptied in its place
  keep "$current" "$offset"
  send_rest "$CEL" "$offset" "$current"
}

encoded() { # a file's name as it stands in a path
  printf '%s' "$1" | od -An -v -tu1 | tr -s ' \n' '\n\n' | while read -r byte; do
    case $byte in
    '') ;;
    4[5-6] | 4[8-9] | 5[0-7] | 6[4-9] | 7[0-9] | 8[0-9] | 90 | 95 | 9[7-9] | 10[0-9] | 11[0-9] | 12[0-2])
      printf "\\$(printf '%03o' "$byte")"
      ;;
    *) printf '%%%02X' "$byte" ;;
    esac
  done
}
sent_files=0
push_recordings() {
  { [ -n "$RECORDINGS" ] && [ -d "$RECORDINGS" ]; } || return 0
  for file in "$RECORDINGS"/*; do
    [ -f "$file" ] || continue
    path=/recordings/$connection/$(encoded "${file##*/}")
    time=$(date +%s)
    digest=$(hash <"$file" | hex)
    signature=$(printf 'PUT\n%s\n%s\n%s' "$path" "$time" "$digest" | hmac "$file_inner" "$file_outer" | hex)
    ask --max-time 300 -T "$file" -H "cordboard-timestamp: $time" -H "cordboard-sha256: $digest" \
      -H "cordboard-signature: $signature" "$base$path"
    case $status in
    2??)
      mkdir -p "$RECORDINGS/sent" && mv "$file" "$RECORDINGS/sent/" || {
        say "$file was sent, but can't be moved into $RECORDINGS/sent: give this user the right to."
        return 1
      }
      sent_files=$((sent_files + 1))
      ;;
    409 | 413 | 415)
      mkdir -p "$RECORDINGS/refused" && mv "$file" "$RECORDINGS/refused/"
      say "${file##*/} was refused and lies in $RECORDINGS/refused: $answer"
      ;;
    *)
      why_not
      return 1
      ;;
    esac
  done
}

push() {
  sent_lines=0
  sent_files=0
  read_secret || return 1
  push_cel
  failed=$?
  push_recordings || failed=1
  if [ "$sent_lines" -gt 0 ] || [ "$sent_files" -gt 0 ] || { [ -n "$once" ] && [ "$failed" = 0 ]; }; then
    said=
    say "$sent_lines lines and $sent_files recordings sent."
  fi
  return "$failed"
}

if [ -n "$once" ]; then
  push
  exit $?
fi
while :; do
  push
  sleep "$EVERY" &
  wait $!
done
