#include "interop/import/lightgbm/objective.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "data/text/number.hpp"
#include "loss/link_only.hpp"

namespace linden::lightgbm {
namespace {

// "binary sigmoid:2"
class Words {
 public:
  explicit Words(const Source& source) : parameters_(source.parameters) {
    for (std::string_view rest = source.objective; !rest.empty();) {
      const std::size_t end = std::min(rest.size(), rest.find(' '));
      if (end > 0) words_.push_back(rest.substr(0, end));
      rest.remove_prefix(std::min(rest.size(), end + 1));
    }
  }

  std::string_view name() const { return words_.empty() ? std::string_view() : words_[0]; }
  bool has(std::string_view word) const { return std::ranges::find(words_, word) != words_.end(); }
  double factor() const {
    for (const std::string_view word : words_)
      if (word.starts_with("sigmoid:")) {
        const auto value = parse_number(word.substr(8));
        if (!value || !(*value > 0 && *value < 1e300))
          fail<FileError>("the objective has \"{}\", but must be above 0.", word.substr(0, 40));
        return *value;
      }
    return 1;
  }
  // What the section of parameters says, which not all files have.
  std::optional<double> parameter(std::string_view key) const {
    const auto found = parameters_.find(key);
    return found == parameters_.end() ? std::nullopt : parse_number(found->second);
  }

 private:
  std::vector<std::string_view> words_;
  const std::map<std::string, std::string, std::less<>>& parameters_;
};

struct Row {
  std::string_view name, ours;
  std::string_view parameter, key;  // of ours, and what LightGBM calls it; or nothing
};

constexpr Row rows[] = {
    {"regression", "squared", "", ""},
    {"regression_l1", "absolute", "", ""},
    {"huber", "huber", "delta", "alpha"},
    {"fair", "fair", "c", "fair_c"},
    {"quantile", "quantile", "level", "alpha"},
    {"mape", "mape", "", ""},
    {"poisson", "poisson", "", ""},
    {"gamma", "gamma", "", ""},
    {"tweedie", "tweedie", "variance_power", "tweedie_variance_power"},
    {"binary", "logistic", "", ""},
    {"multiclass", "softmax", "", ""},
    {"multiclassova", "one_vs_all", "", ""},
    {"cross_entropy", "cross_entropy", "", ""},
    {"xentropy", "cross_entropy", "", ""},
    {"lambdarank", "lambdarank", "", ""},
    {"rank_xendcg", "xendcg", "", ""},
};

// Its link alone, under LightGBM's name for it, where a parameter that it needs is not in the file, or is none of ours.
Loss link_of(const Loss& ours, const std::string& name) {
  return link_only_loss("lightgbm " + name, ours.link(), ours.outputs(), ours.label_kind());
}

Loss loss_of(const Row& row, const Words& words, int outputs) {
  const bool has_classes = row.ours == "softmax" || row.ours == "one_vs_all";
  const Loss plain = loss::by_name(row.ours, {}, has_classes ? outputs : 0);
  if (row.parameter.empty()) return plain;
  const std::optional<double> value = words.parameter(row.key);
  if (!value) return link_of(plain, std::string(row.name));
  try {
    return plain.with_parameter(row.parameter, *value);
  } catch (const ArgumentError&) {
    return link_of(plain, std::string(row.name));
  }
}

}  // namespace

Objective objective_of(const Source& source) {
  const Words words(source);
  const std::string name(words.name());
  if (words.has("sqrt"))
    fail<FileError>(
        "the objective is \"{}\", whose predictions are squares of scores with their sign: no link here makes them. "
        "Hint: train without reg_sqrt on square roots of the label.",
        source.objective);
  if (name == "cross_entropy_lambda" || name == "xentlambda")
    fail<FileError>("the objective is {}, whose predictions are log(1 + exp(s)): no link here makes them.", name);
  const auto row = std::ranges::find(rows, name, &Row::name);
  if (row != std::end(rows) && (source.outputs > 1) == (name == "multiclass" || name == "multiclassova")) {
    const double factor = name == "binary" || name == "multiclassova" ? words.factor() : 1;
    const Loss loss = loss_of(*row, words, source.outputs);
    return {loss, factor};
  }
  const Loss loss = link_only_loss(name.empty() ? "lightgbm custom" : "lightgbm " + name, Link::identity,
                                   source.outputs, LabelKind::real);
  return {loss};
}

}  // namespace linden::lightgbm
