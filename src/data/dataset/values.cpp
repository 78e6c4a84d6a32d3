#include <linden/ops.hpp>
#include <linden/values.hpp>

#include "base/fail.hpp"
#include "data/dataset/checks.hpp"

namespace linden {

NumberList::NumberList(const Tensor& values) {
  check_host("numbers of rows are", values);
  if (values.rank() != 1)
    fail<ArgumentError>("Dataset: numbers of rows have shape {}, but must be [rows].", values.shape().text());
  values_ = cast(values.detach(), DType::f64).clone();
}

}  // namespace linden
