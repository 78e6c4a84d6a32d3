#include <linden/ops.hpp>
#include <linden/values.hpp>

#include "base/fail.hpp"
#include "data/dataset/checks.hpp"

namespace linden {

NumberList::NumberList(const Tensor& values) {
  check_host("numbers of rows are", values);
  if (values.rank() != 1 && values.rank() != 2)
    fail<ArgumentError>("Dataset: numbers of rows have shape {}, but must be [rows], or [rows, K] of K a row.",
                        values.shape().text());
  if (values.rank() == 2 && values.size(0) > 0 && values.size(1) == 0)
    fail<ArgumentError>("Dataset: numbers of rows have shape {}, none a row. Hint: {{}} where there are none.",
                        values.shape().text());
  const bool is_column = values.rank() == 2 && values.size(1) == 1;
  values_ = cast((is_column ? values.select(1, 0) : values).detach(), DType::f64).clone();
}

void detail::refuse_place(const std::string& number, std::int64_t most) {
  fail<ArgumentError>("Dataset: {} is no offset or column of sparse data, which are numbers from 0 to {}.", number,
                      most);
}

}  // namespace linden
