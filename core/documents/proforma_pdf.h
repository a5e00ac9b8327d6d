// A proforma invoice as a PDF: one page of A4 with its fonts in it. Nothing else uses libharu. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "proto/base/result.h"

namespace footfall::core {

// What stands on it, as text for people. Issuer, buyer, description and payment details are wrapped and end after 12
// lines each. The other texts are drawn on one line as they are.
struct Proforma {
  std::string number;
  std::string issued, due;          // dates
  std::string issuer;               // several lines; empty: left out
  std::string buyer;                // several lines
  std::string description, amount;  // "1000.00 PLN"
  std::string payment_details;      // several lines: payee, account
  std::string status;               // "Paid on 2026-11-28"; empty: to be paid
};

// The file. internal: the fonts are not installed (package fonts-dejavu-core).
Result<std::string> proforma_pdf(const Proforma& proforma);

}  // namespace footfall::core
