"""The export of what is payable where there are more rows than it takes. In test mode, which has no ledger that copies would lack."""

import pytest

from selgeo_api import check_error
from selgeo_dashboard import Dashboard
from stack import Stack
from webhook_shop import SETTINGS, Shop


@pytest.fixture(scope="module")
def stack():
    with Stack(SETTINGS) as stack:
        yield stack


def test_SE_59_more_rows_than_an_export_takes(stack):
    shop = Shop(stack, mode="test")
    dashboard = Dashboard(stack, shop.account, "test")
    sale = shop.sell()["id"]
    assert dashboard.post(f"/api/v1/conversions/{sale}/approve", {}).status == 200

    def copy_to(first, last):
        """Partners of those numbers, who are each owed for a copy of the sale."""
        stack.query("insert into affiliates (public_id, account_id, mode, email) select 'aff_copy' || n, f.account_id, f.mode, "
                    "n || '@copy.example' from affiliates f, generate_series(%s, %s) n where f.public_id = %s", (first, last, shop.partner))
        stack.query("insert into conversions overriding system value select (jsonb_populate_record(c, jsonb_build_object("
                    "'id', 1000000 + n, 'public_id', 'conv_copy' || n, 'external_id', 'copy-' || n, 'affiliate_id', "
                    "(select id from affiliates where public_id = 'aff_copy' || n)))).* "
                    "from conversions c, generate_series(%s, %s) n where c.public_id = %s", (first, last, sale))

    copy_to(1, 9_999)
    answer = dashboard.get("/api/v1/payouts/payable/export")
    assert answer.status == 200 and answer.text.count("\r\n") == 1 + 10_000
    copy_to(10_000, 10_000)
    check_error(dashboard.get("/api/v1/payouts/payable/export"), 422, "EXPORT_TOO_LARGE", "Unprocessable Entity")
