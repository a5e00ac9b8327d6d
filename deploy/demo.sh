# Demo data of ./deploy/run: a merchant of each dialect with a campaign and an affiliate, and a shop. Sourced, not run.
#
# What was made is noted in $var/demo, so that a second start makes nothing twice.

demo_target="https://example.com/"
demo_browser='Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'   # curl by its own name is a bot
demo_public_key=pk_live_demo0000000000000000000000   # for all to see: it can only report clicks, here

# First value of a key in a JSON text, without asking for a JSON tool to be installed.
json_value() { sed -n "s/.*\"$1\":[[:space:]]*\"\([^\"]*\)\".*/\1/p" | head -n 1; }

# NAME KEY COMMAND…: the value that the command prints under KEY, from the note if it was made before
once() {
  local note="$var/demo/$1" key=$2 output; shift 2
  if [[ ! -s $note ]]; then
    output=$(core_cli "$@" --json) || fail "demo data: footfall-core $1 $2 failed (deploy/run --reset starts afresh)"
    printf '%s' "$(tr '{},' '\n\n\n' <<< "$output" | json_value "$key")" > "$note.new"
    mv "$note.new" "$note"
  fi
  cat "$note"
}

make_merchant() {  # DIALECT CODE FURTHER-OPTIONS-OF-THE-CAMPAIGN…
  local dialect=$1 code=$2 account campaign; shift 2
  account=$(once "$dialect.account" id account create --dialect "$dialect" --name "Demo ${dialect^}")
  campaign=$(once "$dialect.campaign" id campaign create --account "$account" --name "Demo campaign" \
    --target "$demo_target" --commission 10% "$@")
  # Made before the affiliate is in the campaign: whoever is in it is not invited.
  [[ -s $var/demo/$dialect.code ]] ||
    once "$dialect.invitation" invite_link affiliate invite --campaign "$campaign" --email "$dialect@demo.example" > /dev/null
  once "$dialect.code" code affiliate join --campaign "$campaign" --email "$dialect@demo.example" --name "Demo affiliate" --code "$code" > /dev/null
  once "$dialect.secret" value key create --account "$account" --kind secret --name Demo > /dev/null
}

# The Selgeo merchant is the shop: his links lead there, also when its port has changed since they were made.
point_links_at_shop() {
  local note="$var/demo/selgeo.target" shop="http://shop.localhost:$shop_port/"
  [[ -s $note && $(< "$note") == "$shop" ]] && return
  core_cli campaign set "$(< "$var/demo/selgeo.campaign")" --target "$shop" > /dev/null || fail "the demo campaign got no target"
  printf '%s' "$shop" > "$note"
}

start_shop() {
  launch shop python3 "$root/deploy/demo-shop/shop.py" --port "$shop_port" --edge-port "$edge_port" \
    --public-key "$demo_public_key" --secret-file "$var/demo/selgeo.secret" --core "$bin/footfall-core" \
    --core-config "$var/core.toml"
  wait_for 60 shop curl -fsS -m 2 -o /dev/null "http://127.0.0.1:$shop_port/"
}

make_demo_data() {
  local account
  mkdir -p "$var/demo"
  chmod 700 "$var/demo"
  [[ -s $var/demo/selgeo.public ]] || say "making demo data …"
  make_merchant baclique demo-baclique
  make_merchant affspace demo-affspace --code DEMO
  make_merchant affily demo-affily
  make_merchant selgeo demo
  account=$(< "$var/demo/selgeo.account")
  once selgeo.public id key import --account "$account" --kind public --name Demo --value "$demo_public_key" > /dev/null
  point_links_at_shop
}

# HEAD is recorded, but never counts.
demo_is_published() { curl -fsS -m 2 -o /dev/null -I -H 'Host: c.localhost' "http://127.0.0.1:$edge_port/demo"; }

# The affiliate of the shop's campaign gets an account for the portal, as a person would: by the pages and the mail that
# they send. The password is random and stays in $var/demo.
make_demo_login() {
  local note="$var/demo/affiliate.password" invitation password link cookies page
  [[ ! -s $note && -s $var/demo/selgeo.invitation ]] || return 0
  invitation=$(< "$var/demo/selgeo.invitation")
  password=$(od -An -v -N9 -tx1 /dev/urandom | tr -d ' \n')
  cookies=$(mktemp)
  page=$(curl -fsS -m 10 -c "$cookies" "$invitation") &&
    send_form "$cookies" "$page" "${invitation%%\?*}" --data-urlencode "invite=${invitation##*invite=}" \
      --data-urlencode "name=Demo affiliate" --data-urlencode "password=$password" --data consent=yes &&
    wait_for 30 core demo_mail_link && link=$(demo_mail_link) &&
    page=$(curl -fsS -m 10 -b "$cookies" -c "$cookies" "$link") &&
    send_form "$cookies" "$page" "${link%%\?*}" --data-urlencode "token=${link##*token=}" --data-urlencode "password=$password" &&
    printf '%s' "$password" > "$note" || say "the demo's affiliate got no log-in"
  rm -f "$cookies"
}

send_form() {  # COOKIES PAGE URL FIELDS…: with the token that the page holds
  local cookies=$1 token url=$3
  token=$(grep -o 'name="form_token" value="[0-9a-f]*"' <<< "$2" | head -n 1 | cut -d '"' -f 4)
  shift 3
  curl -fsS -m 30 -o /dev/null -b "$cookies" -c "$cookies" --data-urlencode "form_token=$token" "$@" "$url"
}

demo_mail_link() {  # of the newest mail to the demo's affiliate
  cat "$var"/mail/*.eml 2> /dev/null | tr -d '\r' | awk '/^To: / { mine = $2 == "selgeo@demo.example" } mine' |
    grep -o 'http://[^ ]*/portal/join?token=[A-Za-z0-9]*' | tail -n 1 | grep .
}

demo_login() {
  [[ -s $var/demo/affiliate.password ]] || return 0
  printf '\nThe affiliate of the shop logs in, and sees clicks, sales and commissions:\nhttp://baclique.localhost:%s/portal/log-in (e-mail selgeo@demo.example, password %s)\n' \
    "$edge_port" "$(< "$var/demo/affiliate.password")"
}

# Where an affiliate joins the shop's campaign: an invitation, new at each start, until it has been accepted.
affiliate_entrance() {
  local made
  made=$(core_cli affiliate invite --campaign "$(< "$var/demo/selgeo.campaign")" --email affiliate@demo.example --json 2> /dev/null | tr '{},' '\n\n\n' | json_value invite_link)
  printf '%s' "${made:-http://baclique.localhost:$edge_port/portal}"
}

# The page on which the Affily merchant pays a deposit, new at each start.
deposit_page() {
  local made
  made=$(core_cli deposit create --account "$(< "$var/demo/affily.account")" --amount 100 --method stripe --json 2> /dev/null | tr '{},' '\n\n\n' | json_value id)
  [[ -z $made ]] || printf '%s' "http://affily.localhost:$edge_port/v1/deposits/$made/checkout"
}

print_what_to_try() {
  local here="http://c.localhost:$edge_port/demo"
  cat << TEXT

Try it:

  A shop that pays its affiliates. Open it, buy the map, and see the click, its verdict and the commission:
  http://shop.localhost:$shop_port/?ref=demo

  A visitor follows a short link: 302 to the target with a click id, once the click is safe.
  \$ curl -i -A '$demo_browser' $here

  A merchant's page reports a click.
  \$ click=\$(curl -s -A '$demo_browser' http://selgeo.localhost:$edge_port/v1/clicks -H 'X-Public-Key: $demo_public_key' -H 'Content-Type: application/json' -d '{"ref":"demo"}' | grep -o '[0-9a-f-]\\{36\\}'); echo \$click

  All that is known of it, as soon as it is stored.
  \$ until $(from_here "$bin")/footfall-core --config $(from_here "$var")/core.toml click show \$click 2> /dev/null; do sleep 0.1; done

  The visitor buys: the merchant reports a conversion of that click, and the affiliate is owed a tenth.
  \$ conversion=\$(curl -s http://selgeo.localhost:$edge_port/api/v1/conversions -H "Authorization: Bearer \$(cat $(from_here "$var")/demo/selgeo.secret)" -H 'Content-Type: application/json' -d "{\"click_id\":\"\$click\",\"event_type\":\"purchase\",\"external_transaction_id\":\"order-\$RANDOM-\$RANDOM\",\"amount_cents\":4900,\"currency\":\"EUR\"}" | grep -o 'conv_[0-9a-z]*'); echo \$conversion

  Why it was credited, with the evidence.
  \$ $(from_here "$bin")/footfall-core --config $(from_here "$var")/core.toml conversion show \$conversion

An Affily merchant pays a deposit, of which commissions are reserved; a sandbox takes it, no money moves:
$(deposit_page)

  A sale of that merchant's, by an affiliate's link. It is refused with 402 until the deposit is paid.
  \$ click=\$(curl -s -o /dev/null -w '%{redirect_url}' -A '$demo_browser' http://c.localhost:$edge_port/demo-affily | grep -o 'click_[0-9a-z]\\{26\\}'); curl -s http://affily.localhost:$edge_port/v1/conversions -H "Authorization: Bearer \$(cat $(from_here "$var")/demo/affily.secret)" -H 'Content-Type: application/json' -d "{\"click_id\":\"\$click\",\"offer_id\":\"\$(cat $(from_here "$var")/demo/affily.campaign)\",\"order_id\":\"order-\$RANDOM-\$RANDOM\",\"amount\":49}"

An affiliate is invited: open it, choose a password, and get a link with a QR code, and a portal that shows what it brings:
$(affiliate_entrance)
$(demo_login)

Mails (to confirm an address, for a forgotten password) are not sent: each is a file in $(from_here "$var")/mail/

In a browser: $here (leads to http://shop.localhost:$shop_port/)

Metrics: http://127.0.0.1:$edge_admin_port/metrics (edge), http://127.0.0.1:$core_admin_port/metrics (core)
Keys of the demo merchants: $(from_here "$var")/demo/
TEXT
}

# A path as short as it works from the checkout.
from_here() { case $1 in "$root"/*) printf '%s' "${1#"$root"/}" ;; *) printf '%s' "$1" ;; esac; }
