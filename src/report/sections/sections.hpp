// The chapters of a report. Each adds itself to the page, or nothing where it has nothing to say about such a model.
#pragma once

#include <linden/importance.hpp>
#include <linden/metric.hpp>
#include <linden/report.hpp>
#include <string>
#include <vector>

#include "report/page/page.hpp"

namespace linden::reporting {

/// What all chapters look at.
struct Subject {
  const AnyModel& model;
  const Dataset& data;
  const ReportOptions& options;
  Dataset sample;                           ///< rows to ask again and again
  MetricInput judged;                       ///< of all rows
  std::vector<MetricValue> metrics = {};    ///< those of the loss, on all rows; undefined ones left out
  PermutationImportances importances = {};  ///< of the sample; no features where the loss has no metric
  std::vector<std::string> features = {};   ///< by importance, the largest first

  const BoostedModel* boosted() const { return std::get_if<BoostedModel>(&model); }
  const LinearModel* linear() const { return std::get_if<LinearModel>(&model); }
  Loss loss() const {
    return std::visit([](const auto& one) { return one.loss(); }, model);
  }
  int outputs() const {
    return std::visit([](const auto& one) { return one.outputs(); }, model);
  }
  std::vector<std::string> classes() const {
    return std::visit([](const auto& one) { return one.classes(); }, model);
  }
  std::string label() const {
    const std::string name = std::visit([](const auto& one) { return one.label_name(); }, model);
    return name.empty() ? "the label" : name;
  }
  /// "class 1", or its name.
  std::string class_name(std::size_t k) const {
    const std::vector<std::string> names = classes();
    return k < names.size() ? names[k] : "class " + std::to_string(k);
  }
  /// A column of predictions [rows, outputs].
  std::vector<double> predictions(std::size_t k = 0) const;
  std::span<const double> weights() const { return data.weight().span<const double>(); }
};

void add_overview(Page& page, const Subject& subject);
void add_training(Page& page, const Subject& subject);
void add_classes(Page& page, const Subject& subject);   ///< of labels that are classes, or several labels of 0 and 1
void add_numbers(Page& page, const Subject& subject);   ///< of labels that are numbers
void add_ranking(Page& page, const Subject& subject);   ///< of rows in groups
void add_survival(Page& page, const Subject& subject);  ///< of times
void add_importance(Page& page, const Subject& subject);
void add_explanation(Page& page, const Subject& subject);  ///< SHAP values
void add_dependence(Page& page, const Subject& subject);
void add_linear(Page& page, const Subject& subject);
void add_trees(Page& page, const Subject& subject);
void add_data(Page& page, const Subject& subject);
void add_configuration(Page& page, const Subject& subject);

/// Which of the four chapters about quality a model has.
bool is_of_classes(const Subject& subject);
bool is_of_groups(const Subject& subject);
bool is_of_times(const Subject& subject);

/// A tree as SVG, its root on the left.
std::string drawn_tree(const BoostedModel& model, const Tree& tree, std::string_view title);

}  // namespace linden::reporting
