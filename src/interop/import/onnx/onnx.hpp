// ONNX files of tree ensembles and linear models (domain ai.onnx.ml).
#pragma once

#include <linden/model.hpp>
#include <string_view>

namespace linden {

/// Whether a file that begins so is one of ONNX.
bool looks_like_onnx(std::string_view head);

/// Graphs of one TreeEnsembleRegressor, TreeEnsembleClassifier (versions 1 to 3) or TreeEnsemble (5), LinearRegressor
/// or LinearClassifier, and of operators around it that change no number: Cast, Identity, ZipMap, and the function of
/// the link. Rows are rounded to float where the graph takes floats, and compared as it does; scores are added in
/// double, where runtimes may add in float. Throws FileError for what is no such graph or has no meaning here.
AnyModel read_onnx(std::string_view bytes);

}  // namespace linden
