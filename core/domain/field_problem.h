// What is wrong with one field of a request: for people, beside the field's name as the caller spelled it.
#pragma once

#include <string>

namespace footfall::core {

struct FieldProblem {
  std::string field;  // "body" for the document as a whole
  std::string message;
};

}  // namespace footfall::core
