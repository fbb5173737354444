#!/usr/bin/env bash
# The calls that the documents of four older gateways show, against a running Headgate: each must be answered as its document says.
#
#   BASE       where the gateway is; default http://127.0.0.1:8787
#   ADMIN_KEY  its ADMIN_TOKEN or ADMIN_KEY
#   UPSTREAM   base URL of a service that speaks as OpenAI does; default http://127.0.0.1:8901/v1, for `headgate mock --port 8901`
#   MODEL      a model of it; default gpt-4
#
# It adds things named openai-main, key-1, facades-example and openai-openrouter, and removes them in the end. Needs curl.
set -u

BASE=${BASE:-http://127.0.0.1:8787}
ADMIN_KEY=${ADMIN_KEY:-}
UPSTREAM=${UPSTREAM:-http://127.0.0.1:8901/v1}
MODEL=${MODEL:-gpt-4}
UPSTREAM_KEY=${UPSTREAM_KEY:-sk-example-0000000001}
MASTER_KEY=mk-example-$(date +%s)-$$
FAILED=0
ANSWER=''

if [ -z "$ADMIN_KEY" ]; then
  echo 'Set ADMIN_KEY to the ADMIN_TOKEN or ADMIN_KEY of the gateway.' >&2
  exit 2
fi

# call EXPECTED-STATUS EXPECTED-TEXT METHOD PATH [more arguments of curl]: an extended regular expression has to be in the answer.
call() {
  local expected=$1 text=$2 method=$3 path=$4 out status
  shift 4
  out=$(curl -sS -m 30 -w '\n%{http_code}' -X "$method" "$BASE$path" "$@" 2>&1)
  status=${out##*$'\n'}
  ANSWER=${out%$'\n'*}
  if [ "$status" = "$expected" ] && printf '%s\n' "$ANSWER" | grep -Eq -- "$text"; then
    printf 'ok    %s  %s %s\n' "$status" "$method" "$path"
  else
    FAILED=1
    printf 'WRONG %s  %s %s (expected %s and %s)\n      %.300s\n' "$status" "$method" "$path" "$expected" "$text" "$ANSWER"
  fi
}

# The first NAME:"TEXT" or NAME:NUMBER of the last answer, or the last one.
field() { printf '%s' "$ANSWER" | grep -Eo "\"$1\":(\"[^\"]*\"|[0-9]+)" | ${2:-head} -n 1 | sed -e 's/^[^:]*://' -e 's/"//g'; }

ADMIN=(-H "Authorization: Bearer $ADMIN_KEY")
TOKEN=(-H "x-admin-token: $ADMIN_KEY")
JSON=(-H 'Content-Type: application/json')
CHAT="{\"model\": \"$MODEL\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello!\"}]}"
STREAM="{\"model\": \"$MODEL\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello!\"}], \"stream\": true}"

echo '# llm-proxy: the admin API'
call 200 '"valid":true' POST /admin/v1/auth/validate "${ADMIN[@]}"
call 201 '"version":[0-9]+' POST /admin/v1/providers "${ADMIN[@]}" "${JSON[@]}" -d "{
    \"id\": \"openai-main\",
    \"provider_type\": \"openai\",
    \"api_base\": \"$UPSTREAM\",
    \"api_key\": \"$UPSTREAM_KEY\",
    \"model_mapping\": {},
    \"is_enabled\": true
  }"
call 200 '"providers":\[.*"openai-main"' GET /admin/v1/providers "${ADMIN[@]}"
call 200 '"openai-main"' GET /admin/v1/providers/openai-main "${ADMIN[@]}"
call 200 '"status":"updated"' PUT /admin/v1/providers/openai-main "${ADMIN[@]}" "${JSON[@]}" -d "{
    \"api_base\": \"$UPSTREAM\",
    \"api_key\": \"$UPSTREAM_KEY-new\",
    \"model_mapping\": {\"$MODEL\": \"$MODEL\"},
    \"is_enabled\": true
  }"
call 201 '"version":[0-9]+' POST /admin/v1/master-keys "${ADMIN[@]}" "${JSON[@]}" -d "{
    \"id\": \"key-1\",
    \"key\": \"$MASTER_KEY\",
    \"name\": \"Default Key\",
    \"allowed_models\": [\"*\"],
    \"is_enabled\": true
  }"
call 200 '"keys":\[.*"key_preview"' GET /admin/v1/master-keys "${ADMIN[@]}"
call 200 '"providers_count":[0-9]+' POST /admin/v1/config/reload "${ADMIN[@]}"
call 200 '"version":[0-9]+,"timestamp"' GET /admin/v1/config/version "${ADMIN[@]}"
call 200 '"status":"ok"' GET /admin/v1/health
call 401 '"detail":"Missing or invalid authorization header"' GET /admin/v1/providers

echo '# llm-proxy: the proxy'
CLIENT=(-H "Authorization: Bearer $MASTER_KEY")
call 200 '"choices"' POST /v1/chat/completions "${CLIENT[@]}" "${JSON[@]}" -d "$CHAT"
call 200 '^data: ' POST /v1/chat/completions "${CLIENT[@]}" "${JSON[@]}" -d "$STREAM"
call 200 '"object":"list"' GET /v1/models "${CLIENT[@]}"
call 200 '"status":"ok".*"providers_count"' GET /health
call 200 'llm_proxy_requests_total' GET /metrics "${ADMIN[@]}"

echo '# llm-apikey-lb: the page behind its interface, and its metrics'
call 200 '"presets":\{"openai"' GET /admin/presets "${TOKEN[@]}"
call 200 '"id":"' POST /admin/keys "${TOKEN[@]}" "${JSON[@]}" -d "{\"provider\": \"custom\", \"apiKey\": \"$UPSTREAM_KEY-lb\", \"baseUrl\": \"$UPSTREAM\", \"weight\": 1}"
LB_KEY=$(field id)
call 200 '"apiKeyMasked":"sk-\*{8}' GET /admin/keys "${TOKEN[@]}"
call 200 '"ok":true' PUT "/admin/keys/$LB_KEY" "${TOKEN[@]}" "${JSON[@]}" -d '{"apiKey": "", "weight": 2}'
call 200 '"choices"' POST /v1/chat/completions "${CLIENT[@]}" "${JSON[@]}" -H 'x-llm-provider: custom' -d "$CHAT"
call 200 '"items":\[' GET /admin/stats "${TOKEN[@]}"
call 200 '"bucketMs":60000' GET "/admin/timeseries?ids=$LB_KEY" "${TOKEN[@]}"
call 200 '"ok":true' DELETE "/admin/keys/$LB_KEY" "${TOKEN[@]}"
LB_POOL=${LB_KEY%%.*}
call 200 '"total":[0-9]+' GET "/api/admin/providers/$LB_POOL/keys" "${ADMIN[@]}"
# The pool of the key stays when its last key goes; it was made for this one.
case $ANSWER in *'"total":0'*) call 200 '"success":true' DELETE "/api/admin/providers/$LB_POOL" "${ADMIN[@]}" ;; esac
call 401 '"error":"unauthorized"' GET /admin/keys
call 200 '(^|[[:space:]])llm_key_lb_' GET /metrics "${ADMIN[@]}"

echo '# LLM Gateway: a virtual key, and calls with it'
call 200 '"providers":\[' GET /api/admin/providers "${ADMIN[@]}"
call 200 '"keyValue":"hg-' POST /api/admin/virtual-keys "${ADMIN[@]}" "${JSON[@]}" -d '{"name": "facades-example", "providerId": "openai-main", "keyType": "auto", "rateLimit": 0}'
VIRTUAL_KEY=$(field keyValue tail)
VIRTUAL_KEY_ID=$(field id)
call 200 '"choices"' POST /chat/completions -H "Authorization: Bearer $VIRTUAL_KEY" "${JSON[@]}" -d "$CHAT"
call 200 '"object":"list"' GET /models -H "Authorization: Bearer $VIRTUAL_KEY"
call 200 '"success":true' POST /api/admin/config/regenerate "${ADMIN[@]}"
call 200 '"exists":true' GET /api/admin/config/status "${ADMIN[@]}"
call 200 '"success":true' DELETE "/api/admin/virtual-keys/$VIRTUAL_KEY_ID" "${ADMIN[@]}"

echo '# API Key Rotator: a service under its slug'
call 200 '"proxy_public_base_url":' GET /admin/app-config "${ADMIN[@]}"
call 201 '"slug":"openai-openrouter"' POST /admin/proxy-configs "${ADMIN[@]}" "${JSON[@]}" -d "{
    \"name\": \"OpenRouter\", \"slug\": \"openai-openrouter\", \"config_type\": \"LLM\", \"is_active\": true,
    \"api_format\": \"openai_compatible\", \"target_base_url\": \"$UPSTREAM\"
  }"
CONFIG=$(field id)
call 201 '"is_active":true' POST "/admin/proxy-configs/$CONFIG/keys" "${ADMIN[@]}" "${JSON[@]}" -d "{\"key_value\": \"$UPSTREAM_KEY-router\", \"is_active\": true}"
call 200 '"choices"' POST /llm/openai-openrouter/v1/chat/completions "${CLIENT[@]}" "${JSON[@]}" -d "{
  \"model\": \"$MODEL\",
  \"messages\": [{\"role\": \"user\", \"content\": \"Hello!\"}],
  \"stream\": false
}"
call 200 '"deleted_count":1' DELETE "/admin/proxy-configs/$CONFIG/keys" "${ADMIN[@]}"
call 200 '"message":' DELETE "/admin/proxy-configs/$CONFIG" "${ADMIN[@]}"

echo '# llm-proxy: what was added is removed'
call 204 '^$' DELETE /admin/v1/master-keys/key-1 "${ADMIN[@]}"
call 204 '^$' DELETE /admin/v1/providers/openai-main "${ADMIN[@]}"
call 401 '"code"' POST /v1/chat/completions "${CLIENT[@]}" "${JSON[@]}" -d "$CHAT"

if [ "$FAILED" = 0 ]; then echo 'All calls were answered as the documents say.'; else echo 'Some calls were not answered as the documents say.' >&2; fi
exit "$FAILED"
