// The weights of linear models as text: LIBLINEAR's model, and CSV.
#include <algorithm>
#include <charconv>

#include "base/csv_field.hpp"
#include "interop/export/scalar_trees.hpp"

namespace linden::exporting {
namespace {

// Labels are whole numbers there: the names of the classes where all are, else their numbers.
std::vector<int> labels_of(const LinearModel::State& model, int classes) {
  std::vector<int> labels, numbers;
  for (int k = 0; k < classes; ++k) numbers.push_back(k);
  for (const std::string& name : model.classes) {
    int label = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), label);
    if (error != std::errc() || end != name.data() + name.size()) return numbers;
    labels.push_back(label);
  }
  return labels.empty() ? numbers : labels;
}

}  // namespace

std::string to_liblinear(const Request& request, const LinearModel::State& model) {
  check_no_offset(request, !model.offset.empty());
  const Loss& loss = model.config.loss;
  const Link link = loss.link();
  const int outputs = model.outputs();
  const bool has_one = outputs == 1 && (link == Link::identity || link == Link::sigmoid);
  if (!has_one && link != Link::softmax) refuse_link(request, loss);
  std::string out;
  if (link == Link::identity) {
    out = fmt::format("solver_type {}\nnr_class 2\n",
                      loss.name() == "epsilon_insensitive" ? "L2R_L1LOSS_SVR_DUAL" : "L2R_L2LOSS_SVR");
  } else if (link == Link::sigmoid) {  // the first label is that of scores above 0
    const std::vector<int> labels = labels_of(model, 2);
    const bool is_square = loss.name() == "squared_hinge" || loss.name() == "hinge";
    const char* const solver = loss.name() == "sharp_hinge" ? "L2R_L1LOSS_SVC_DUAL"
                               : is_square                  ? "L2R_L2LOSS_SVC"
                                                            : "L2R_LR";
    out = fmt::format("solver_type {}\nnr_class 2\nlabel {} {}\n", solver, labels[1], labels[0]);
  } else {  // the solver whose labels are those of the largest score, as here; L2R_LR has other probabilities
    out = fmt::format("solver_type MCSVM_CS\nnr_class {}\nlabel {}\n", outputs,
                      fmt::join(labels_of(model, outputs), " "));
  }
  const bool has_intercept = std::ranges::any_of(model.intercept, [](double x) { return x != 0; });
  const std::size_t features = model.feature_names.size();
  out += fmt::format("nr_feature {}\nbias {}\nw\n", features, has_intercept ? 1 : -1);
  const auto line = [&](const auto& weight) {
    for (int k = 0; k < outputs; ++k) out += fmt::format("{:.17g} ", weight(static_cast<std::size_t>(k)));
    out += '\n';
  };
  for (std::size_t f = 0; f < features; ++f) line([&](std::size_t k) { return model.weights[k * features + f]; });
  if (has_intercept) line([&](std::size_t k) { return model.intercept[k]; });
  return out;
}

std::string to_csv(const Request&, const LinearModel::State& model) {
  const std::size_t features = model.weight_names().size(), outputs = model.intercept.size();
  std::string out = "feature";
  for (std::size_t k = 0; k < outputs; ++k) {
    std::string name = "weight";
    if (outputs > 1)
      name += ' ' + (outputs == model.classes.size()  ? model.classes[k]
                     : outputs == model.labels.size() ? model.labels[k]
                                                      : std::to_string(k));
    out += ',' + csv_field(name);
  }
  out += "\n(intercept)";
  for (const double value : model.intercept) out += fmt::format(",{}", value);
  for (std::size_t f = 0; f < features; ++f) {
    out += '\n' + csv_field(model.weight_names()[f]);
    for (std::size_t k = 0; k < outputs; ++k) out += fmt::format(",{}", model.weights[k * features + f]);
  }
  return out + '\n';
}

}  // namespace linden::exporting
