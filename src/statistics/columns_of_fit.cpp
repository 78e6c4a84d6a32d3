#include "statistics/columns_of_fit.hpp"

#include "base/fail.hpp"
#include "linear/plain_fit.hpp"

namespace linden {

ColumnsOfFit::ColumnsOfFit(std::string_view where, const LinearModel& fitted, const Dataset& rows, int threads)
    : model(fitted), data(rows) {
  if (fitted.empty()) return;  // which is refused in the words of all
  if (has_own_penalties(fitted))
    fail<ArgumentError>(
        "{}: bspline() was fitted with a penalty, and penalties shrink weights, whose errors no formula here gives. "
        "Hint: spline(), or a penalty of 0.",
        where);
  model = plain_model(fitted);
  data = plain_rows(where, fitted, rows, threads, true);
}

}  // namespace linden
