-- A snippet's POST /v1/clicks.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = os.getenv("LOADTEST_BODY")
