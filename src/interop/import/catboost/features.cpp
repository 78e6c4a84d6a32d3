#include "interop/import/catboost/features.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "base/fail.hpp"

namespace linden::catboost {
namespace {

constexpr std::int32_t most = INT32_MAX - 1;

std::uint32_t hash_of(double number, const Place& place) {
  if (number != std::floor(number) || number < INT32_MIN || number > UINT32_MAX)
    place.refuse(fmt::format("has the hash {}, but must have whole numbers of 32 bits", number));
  return static_cast<std::uint32_t>(static_cast<std::int64_t>(number));
}

// Lists of features of one kind. Elsewhere they are called by their number in their list.
class Reader {
 public:
  explicit Reader(const Place& info)
      : info_(info), numbers_(info.find("float_features")), categories_(info.find("categorical_features")) {
    const std::size_t count = (numbers_ ? numbers_->size() : 0) + (categories_ ? categories_->size() : 0);
    features_.names.resize(count);
    features_.categorical.resize(count);
    features_.missing_passes.resize(count);
    is_known_.resize(count);
  }

  Features read() {
    for (std::size_t i = 0; numbers_ && i < numbers_->size(); ++i) read_numbers(numbers_->at(i));
    for (std::size_t i = 0; categories_ && i < categories_->size(); ++i) read_categories(categories_->at(i));
    const auto ctrs = info_.find("ctrs");
    for (std::size_t i = 0; ctrs && i < ctrs->size(); ++i) read_ctr(ctrs->at(i));
    const auto hashes = info_.find("cat_features_hash");
    for (std::size_t i = 0; hashes && !hashes->is_null() && i < hashes->size(); ++i) {
      const Place entry = hashes->at(i);
      features_.names_of_hashes[hash_of(entry["hash"].number(), entry)] = entry["value"].text();
    }
    return std::move(features_);
  }

 private:
  int add(const Place& feature, std::vector<int>& list) {
    const std::int64_t at = feature["flat_feature_index"].whole(0, most);
    const std::size_t count = features_.names.size();
    if (static_cast<std::size_t>(at) >= count || is_known_[static_cast<std::size_t>(at)])
      feature["flat_feature_index"].refuse(
          fmt::format("is {}, and the {} features are not numbered 0, 1, ...", at, count));
    is_known_[static_cast<std::size_t>(at)] = true;
    std::string& name = features_.names[static_cast<std::size_t>(at)];
    if (const auto stated = feature.find("feature_id")) name = stated->text();
    if (name.empty()) name = std::to_string(at);
    list.push_back(static_cast<int>(at));
    return static_cast<int>(at);
  }

  void read_numbers(const Place& feature) {
    const int at = add(feature, number_of_);
    const auto treatment = feature.find("nan_value_treatment");  // AsIs: a comparison with NaN is false
    features_.missing_passes[static_cast<std::size_t>(at)] = treatment && treatment->text() == "AsTrue";
    const auto borders = feature.find("borders");
    if (!borders || borders->is_null()) return;
    for (const float border : borders->floats())
      features_.splits.push_back({.test = {.feature = at, .border = finite(border, *borders)}});
  }

  void read_categories(const Place& feature) {
    const int at = add(feature, category_of_);
    features_.categorical[static_cast<std::size_t>(at)] = true;
    const auto values = feature.find("values");
    if (!values || values->is_null()) return;
    for (const double hash : values->numbers())
      features_.splits.push_back({.test = {.feature = at, .by_category = true, .hash = hash_of(hash, *values)}});
  }

  void read_ctr(const Place& place) {
    Ctr ctr;
    const Place elements = place["elements"];
    for (std::size_t i = 0; i < elements.size(); ++i) read_element(elements.at(i), ctr);
    if (ctr.features.empty()) elements.refuse("are of no feature of categories");
    constexpr std::pair<std::string_view, CtrType> types[] = {{"Borders", CtrType::borders},
                                                              {"Buckets", CtrType::buckets},
                                                              {"BinarizedTargetMeanValue", CtrType::mean},
                                                              {"FloatTargetMeanValue", CtrType::mean},
                                                              {"Counter", CtrType::counter},
                                                              {"FeatureFreq", CtrType::counter}};
    const std::string& name = place["ctr_type"].text();
    const auto type = std::ranges::find(types, name, &std::pair<std::string_view, CtrType>::first);
    if (type == std::end(types)) place["ctr_type"].refuse(fmt::format("is \"{}\", which is not known here", name));
    ctr.type = type->second;
    ctr.table = place["identifier"].text();
    ctr.target = static_cast<int>(place["target_border_idx"].whole(0, most));
    ctr.prior = place["prior_numerator"].float_number();
    ctr.weight = place["prior_denomerator"].float_number();  // as CatBoost spells it
    ctr.shift = place["shift"].float_number();
    ctr.scale = place["scale"].float_number();
    if (!std::isfinite(ctr.prior) || !std::isfinite(ctr.shift) || !(ctr.scale > 0) || !std::isfinite(ctr.scale) ||
        !(ctr.weight > 0) || !std::isfinite(ctr.weight))
      place.refuse("has a prior, a shift or a scale that no statistic has");
    const auto number = static_cast<int>(features_.ctrs.size());
    const Place borders = place["borders"];
    for (const float border : borders.floats())
      features_.splits.push_back({.ctr = number, .border = finite(border, borders)});
    features_.ctrs.push_back(std::move(ctr));
  }

  void read_element(const Place& element, Ctr& ctr) {
    const std::string& kind = element["combination_element"].text();
    const auto feature = [&](const char* name, const std::vector<int>& list) {
      return list[static_cast<std::size_t>(element[name].whole(0, std::ssize(list) - 1))];
    };
    if (kind == "cat_feature_value") {
      ctr.features.push_back(feature("cat_feature_index", category_of_));
    } else if (kind == "cat_feature_exact_value") {
      const Place value = element["value"];
      ctr.tests.push_back({.feature = feature("cat_feature_index", category_of_),
                           .by_category = true,
                           .hash = hash_of(value.number(), value)});
    } else if (kind == "float_feature") {
      ctr.tests.push_back({.feature = feature("float_feature_index", number_of_),
                           .border = finite(element["border"].float_number(), element)});
    } else {
      element.refuse(fmt::format("is a \"{}\", which is not known here", kind));
    }
  }

  static float finite(float border, const Place& place) {
    if (!std::isfinite(border)) place.refuse("has a border that is not finite");
    return border;
  }

  const Place& info_;
  std::optional<Place> numbers_, categories_;
  Features features_;
  std::vector<bool> is_known_;
  std::vector<int> number_of_, category_of_;  // by their number in their list
};

}  // namespace

Features features_of(const Place& info) {
  for (const char* kind : {"text_features", "embedding_features"})
    if (const auto found = info.find(kind); found && found->size() > 0)
      found->refuse("are features that have no meaning here");
  return Reader(info).read();
}

}  // namespace linden::catboost
