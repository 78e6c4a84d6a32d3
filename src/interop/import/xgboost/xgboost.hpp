// Models of XGBoost, whichever of its three forms they are in.
#pragma once

#include <linden/model.hpp>
#include <string_view>

namespace linden {

/// JSON of 1.0 and later, UBJSON of 1.6 and later, the binary form of 0.4 to 3.0; boosters gbtree, dart and gblinear,
/// of which the last makes a linear model. Scores are those of XGBoost to the rounding of its sums, which are of
/// floats. Throws FileError for what is none of these, and for what no model here can say, with the reason.
AnyModel read_xgboost(std::string_view bytes);

/// Whether bytes begin as XGBoost's binary form does.
bool is_xgboost_binary(std::string_view bytes);

}  // namespace linden
