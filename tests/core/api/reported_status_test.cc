// FC-3: what trackers' own fields say of the conversion that they report.
#include "core/api/affspace/reported_status.h"

#include <gtest/gtest.h>

namespace footfall::core::affspace {
namespace {

ReportedStatus status_of(std::string_view query, std::size_t problems = 0) {
  ApiRequest request;
  request.query = query;
  RequestInput input(request, BodyFormat::json_or_form);
  FieldReader read(input, FieldStyle::sentence);
  const ReportedStatus status = read_status(read, input);
  EXPECT_EQ(read.problems().size(), problems) << query;
  return status;
}

TEST(ReportedStatus, WordsAndNumbersOfTrackers) {
  for (const char* query : {"", "status=1", "status=2", "status=5", "status=Approved", "cnv_status=rebill",
                            "status=", "status={status}", "test=0", "refund=false", "approved=1", "valid=true",
                            "success={success}", "goal=purchase", "test={test}", "type=cpa", "state=CA"}) {
    EXPECT_EQ(status_of(query), ReportedStatus::booked) << query;
  }
  for (const char* query : {"status=3",
                            "status=DECLINED",
                            "status=rejected",
                            "cnv_status=trash",
                            "conversion_status=refund",
                            "status=1&cnv_status=rejected",
                            "refund=1",
                            "chargeback=yes",
                            "refund=49.90",
                            "goal=Chargeback",
                            "status=charge-back",
                            "status=test&refund=1",
                            "type=refund",
                            "order_status=Cancelled",
                            "rejected=true",
                            "Status=declined",
                            "STATUS=3",
                            "Refund=1",
                            "Goal=refund",
                            "approved=0",
                            "is_valid=false",
                            "Success=no"}) {
    EXPECT_EQ(status_of(query), ReportedStatus::declined) << query;
  }
  for (const char* query : {"test=1", "test=true", "is_test=yes", "status=test"}) {
    EXPECT_EQ(status_of(query), ReportedStatus::test) << query;
  }
}

TEST(ReportedStatus, AnUnknownWordIsAProblem) {
  status_of("status=7", 1);
  status_of("status=maybe", 1);
  status_of("status=1&cnv_status=perhaps", 1);
}

}  // namespace
}  // namespace footfall::core::affspace
