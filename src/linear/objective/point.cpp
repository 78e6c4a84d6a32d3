#include "linear/objective/point.hpp"

#include "linear/objective/objective.hpp"

namespace linden {
namespace {

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

std::vector<double> downloaded(const DeviceArray<double>& values) {
  std::vector<double> copy(index(values.size()));
  values.download(copy.data());
  return copy;
}

}  // namespace

void Point::GiveBack::operator()(Found* found) const noexcept { objective->take_back(std::unique_ptr<Found>(found)); }

void Point::hessian_product(std::span<const double> direction, std::span<double> out) const {
  Objective& of = objective();
  if (of.rows().cox() != nullptr) return cox_product(direction, out);
  of.vector_.upload(direction.data());
  HessianProductTask task;
  task.weights = of.curvature_weights();
  task.softmax = of.softmax_;
  task.outputs = static_cast<std::int32_t>(of.outputs_);
  task.curvatures = found_->curvatures.data();
  task.direction = of.vector_.data();
  task.out = of.result_.data();
  task.scratch = of.scratch_.data();
  of.device_.each_part([&](const DesignView& part) {
    task.design = part;
    of.rows_.backend.linear.hessian_product(of.rows_.context, task);
  });
  of.result_.download(of.host_result_.data());
  of.rows_.ranks.sum(std::span(of.host_result_).first(index(of.size())));
  for (std::int64_t i = 0; i < of.size(); ++i)
    out[index(i)] = of.is_free(i) ? of.host_result_[index(i)] + of.l2(i) * direction[index(i)] : 0;
  of.add_sums(direction, out);
}

// In the scores it is no diagonal: the product of each row takes a pass over all rows, on the host.
void Point::cox_product(std::span<const double> direction, std::span<double> out) const {
  Objective& of = objective();
  const std::vector<double> along = of.scores_of(direction);
  std::vector<double> bent(along.size());
  CoxPoint(*of.rows().cox(), scores()).product(along, bent);
  const std::vector<double> product = of.gradient_of(bent);
  for (std::int64_t i = 0; i < of.size(); ++i)
    out[index(i)] = of.is_free(i) ? product[index(i)] + of.l2(i) * direction[index(i)] : 0;
}

void Point::form(Hessian& room) const {
  Objective& of = objective();
  room.form(found_->curvatures.data(), of.curvature_weights());
  const LinearRows& rows = of.rows();
  if (rows.cox() == nullptr) return;
  const CoxPoint cox(*rows.cox(), scores());
  room.change([&](std::span<double> matrix) { cox.take_means(of.design(), rows.context.workers, rows.share, matrix); });
}

std::int64_t Point::factor(Hessian& room) const {
  form(room);
  return room.factor();
}

std::vector<double> Point::hessian(Hessian& room) const {
  form(room);
  std::vector<double> h = room.copy();
  const std::int64_t n = objective().size();
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < i; ++j) h[index(j * n + i)] = h[index(i * n + j)];
  return h;
}

std::vector<double> Point::scores() const { return downloaded(found_->scores); }

std::vector<double> Point::curvatures() const { return downloaded(found_->curvatures); }

double Point::mean_curvature() const {
  std::optional<double>& known = found_->mean_curvature;
  if (!known) {
    const LinearRows& rows = objective().rows();
    const bool has_weights = objective().curvature_weights().weights != nullptr, softmax = objective().is_softmax();
    const std::vector<double> curvature = curvatures();
    double sum = 0;
    for (std::int64_t i = 0; i < found_->curvatures.size(); ++i) {
      const double c = curvature[index(i)];
      const double weight = has_weights ? rows.weights[index(i % rows.rows())] : 1.0;
      sum += weight * (softmax ? c * (1 - c) : c);
    }
    known = rows.ranks.sum(sum) * rows.share / static_cast<double>(objective().outputs());
  }
  return *known;
}

}  // namespace linden
