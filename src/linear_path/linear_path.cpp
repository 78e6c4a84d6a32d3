// LinearPath: its points as models, as tables and as lines.
#include <algorithm>
#include <cmath>
#include <linden/linear_path.hpp>
#include <ostream>

#include "base/csv_field.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "linear/model.hpp"
#include "linear_path/path_maker.hpp"
#include "model/file/text_lines.hpp"

namespace linden {
namespace {

// Nothing where there is no number.
std::string field_of(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

std::string name_of_output(const LinearModel::State& model, int output, int outputs) {
  if (outputs == 1) return "";
  return model.classes.empty() ? fmt::format("{}", output) : model.classes[static_cast<std::size_t>(output)];
}

}  // namespace

const std::vector<std::string>& LinearPath::feature_names() const& noexcept {
  static const std::vector<std::string> none;
  return model_ ? model_->weight_names() : none;
}

const LinearConfig& LinearPath::config() const& noexcept {
  static const LinearConfig none;
  return model_ ? model_->config : none;
}

LinearModel LinearPath::model(std::size_t index) const {
  if (index >= size()) fail<ArgumentError>("LinearPath::model: there is no point {}; the path has {}.", index, size());
  const LinearPathPoint& point = points_[index];
  const auto state = std::make_shared<LinearModel::State>(*model_);
  state->config.l1 = point.l1;
  state->config.l2 = point.l2;
  state->intercept = point.intercept;
  const std::size_t columns = state->weight_names().size();
  state->weights.assign(point.intercept.size() * columns, 0.0);
  for (const PathWeight& w : point.weights)
    state->weights[static_cast<std::size_t>(w.output) * columns + static_cast<std::size_t>(w.feature)] = w.weight;
  state->certificate = point.certificate;
  return LinearModel(state);
}

std::size_t LinearPath::nearest(double strength) const {
  if (points_.empty()) fail<ArgumentError>("LinearPath::nearest: the path is empty. Hint: fit_path makes one.");
  std::size_t best = 0;
  const auto distance = [&](std::size_t i) { return std::abs(std::log(points_[i].strength / strength)); };
  for (std::size_t i = 1; i < size(); ++i)
    if (distance(i) < distance(best)) best = i;
  return best;
}

std::string LinearPath::weights_csv() const {
  std::string text = "strength,output,feature,weight\n";
  for (const LinearPathPoint& point : points_) {
    const auto outputs = static_cast<int>(point.intercept.size());
    std::size_t next = 0;
    for (int k = 0; k < outputs; ++k) {
      const std::string output = csv_field(name_of_output(*model_, k, outputs));
      if (model_->config.intercept && (!model_->recipe || model_->recipe->intercept))
        text +=
            fmt::format("{},{},(Intercept),{}\n", point.strength, output, point.intercept[static_cast<std::size_t>(k)]);
      for (; next < point.weights.size() && point.weights[next].output == k; ++next)
        text += fmt::format("{},{},{},{}\n", point.strength, output,
                            csv_field(feature_names()[static_cast<std::size_t>(point.weights[next].feature)]),
                            point.weights[next].weight);
    }
  }
  return text;
}

std::string LinearPath::points_csv() const {
  std::string text = "strength,l1,l2,nonzero,df,deviance,deviance_explained,log_likelihood,objective,gap,status\n";
  for (const LinearPathPoint& p : points_)
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", p.strength, p.l1, p.l2, p.nonzero, field_of(p.df),
                        field_of(p.deviance), field_of(p.deviance_explained), field_of(p.log_likelihood),
                        p.certificate.objective, p.certificate.gap, name_of(p.certificate.status));
  return text;
}

std::ostream& operator<<(std::ostream& out, const LinearPath& path) {
  out << fmt::format("{:>12} {:>8} {:>9} {:>10} {:>14} {:>9}  {}\n", "strength", "columns", "df", "explained",
                     "objective", "gap", "status");
  for (const LinearPathPoint& p : path.points())
    out << fmt::format("{:>12.6g} {:>8} {:>9.6g} {:>10.6f} {:>14.8g} {:>9.1e}  {}\n", p.strength, p.nonzero, p.df,
                       p.deviance_explained, p.certificate.objective, p.certificate.relative_gap,
                       name_of(p.certificate.status));
  return out;
}

LinearPath fit_path(const Dataset& train, const LinearConfig& config, const LinearPathOptions& options) {
  return or_out_of_memory("fit_path", [&] { return PathMaker::make("fit_path", train, config, options); });
}

}  // namespace linden
