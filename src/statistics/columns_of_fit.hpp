// What statistics look at: columns, whatever the model makes them of.
#pragma once

#include <linden/linear.hpp>
#include <string_view>

namespace linden {

/// The model of the columns and their values in the rows of the fit; a model without a recipe and the data themselves.
/// Throws ArgumentError, opening with `where`, for B-splines with penalties, which shrink weights as others do.
struct ColumnsOfFit {
  ColumnsOfFit(std::string_view where, const LinearModel& fitted, const Dataset& rows, int threads);

  LinearModel model;
  Dataset data;
};

}  // namespace linden
