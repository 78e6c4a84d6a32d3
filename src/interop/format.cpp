#include "interop/format.hpp"

#include <algorithm>

#include "interop/import/catboost/catboost.hpp"
#include "interop/import/liblinear/liblinear.hpp"
#include "interop/import/lightgbm/lightgbm.hpp"
#include "interop/import/onnx/onnx.hpp"
#include "interop/import/sklearn/sklearn.hpp"
#include "interop/import/xgboost/xgboost.hpp"
#include "interop/linden_format.hpp"

namespace linden {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::size_t most_members = 64;

std::string_view without_blanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(blanks), text.size()));
}

// The names of the members of a JSON object, as they are spelt, without a look at anything else; a text that is no JSON
// gives some names or none.
std::vector<std::string> members_of(std::string_view text) {
  std::vector<std::string> names;
  text = without_blanks(text);
  if (!text.starts_with('{')) return names;
  std::int64_t level = 0;
  for (std::size_t at = 0; at < text.size() && names.size() < most_members;) {
    const char c = text[at++];
    if (c == '{' || c == '[') ++level;
    if (c == '}' || c == ']') --level;
    if (level == 0) break;
    if (c != '"') continue;
    const std::size_t begin = at;
    while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
    const std::size_t end = std::min(at++, text.size());
    if (level == 1 && without_blanks(text.substr(std::min(at, text.size()))).starts_with(':'))
      names.emplace_back(text.substr(begin, end - begin));
  }
  return names;
}

bool is_ubjson_object(const Opening& opening) {
  constexpr std::string_view counts = "iUIlL#$";
  return opening.bytes.size() > 1 && opening.bytes[0] == '{' && counts.find(opening.bytes[1]) != counts.npos;
}

template <class Model, auto read>
AnyModel model_of(std::string_view bytes) {
  return Model(read(bytes));
}

constexpr KnownFormat formats[] = {
    {"Linden", [](const Opening& o) { return is_linden_model(o.bytes); }, model_from_string},
    {"XGBoost (JSON)", [](const Opening& o) { return o.has_member("learner") || o.has_member("Model"); }, read_xgboost},
    {"XGBoost (UBJSON)", is_ubjson_object, read_xgboost},
    {"LightGBM", [](const Opening& o) { return looks_like_lightgbm(o.bytes); }, model_of<BoostedModel, read_lightgbm>},
    {"CatBoost (JSON)", [](const Opening& o) { return looks_like_catboost(o.bytes); },
     model_of<BoostedModel, read_catboost>},
    {"scikit-learn (JSON of tools/sklearn_to_json.py)", [](const Opening& o) { return looks_like_sklearn(o.bytes); },
     model_of<BoostedModel, read_sklearn>},
    {"ONNX", [](const Opening& o) { return looks_like_onnx(o.bytes); }, read_onnx},
    {"LIBLINEAR", [](const Opening& o) { return o.begins_with("solver_type "); },
     model_of<LinearModel, read_liblinear>},
    {"XGBoost (binary)", [](const Opening& o) { return is_xgboost_binary(o.bytes); }, read_xgboost},
};

bool is_pickle(std::string_view bytes) {
  const bool is_text = bytes.starts_with("ccopy_reg\n");  // of the first two protocols
  return is_text || (bytes.size() > 1 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5);
}

bool is_pmml(std::string_view bytes) {
  constexpr std::size_t opening = 4096;
  return without_blanks(bytes).starts_with('<') && bytes.substr(0, opening).find("<PMML") != bytes.npos;
}

constexpr RefusedFormat refused[] = {
    {is_pickle,
     "a pickle of Python is a program, which is not run here. Hint: save the model as its library does (XGBoost: "
     "save_model, LightGBM: save_model, CatBoost: save_model with format=\"json\"); of scikit-learn, "
     "tools/sklearn_to_json.py writes it."},
    {is_pmml,
     "PMML is not read: beside trees it has rules for missing and wrong values and transformations, for which there is "
     "nothing here. Hint: take the model that the PMML was made of, in the format of its library."},
    {[](std::string_view bytes) { return bytes.starts_with("Tree="); },
     "trees of a LightGBM model without its head, which says what the features are and what is predicted. Hint: "
     "save_model writes both."},
    {[](std::string_view bytes) { return bytes.starts_with("CBM1"); },
     "CatBoost's binary form is not read. Hint: save_model(FILE, format=\"json\", pool=DATA)."},
};

}  // namespace

Opening::Opening(std::string_view all) : bytes(all), members(members_of(all)) {}

bool Opening::has_member(std::string_view name) const { return std::ranges::find(members, name) != members.end(); }

std::span<const KnownFormat> known_formats() { return formats; }
std::span<const RefusedFormat> refused_formats() { return refused; }

}  // namespace linden
