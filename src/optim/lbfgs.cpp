// L-BFGS: iterations of a direction (lbfgs_memory.cpp) and a step along it (line_search.cpp), and when to end.
//
// Linear models have a loop of their own (linear/solvers/lbfgs.cpp), which ends by a bound of the gap and takes l1.
// This one follows PyTorch to the last digit, for any closure on tensors of any device.
#include <algorithm>
#include <cmath>
#include <linden/autograd.hpp>
#include <linden/ops.hpp>
#include <linden/optim.hpp>
#include <utility>

#include "tensor/node.hpp"
#include "optim/lbfgs_memory.hpp"
#include "optim/line_search.hpp"
#include "optim/options.hpp"
#include "optim/parameters.hpp"
#include "base/out_of_memory.hpp"

namespace linden::optim {
namespace {

double largest(const Tensor& x) { return x.elements() == 0 ? 0 : max(abs(x)).item(); }

Tensor parts_of(const Tensor& flat, const Tensor& part, std::int64_t offset) {
  return flat.slice(0, offset, offset + part.elements()).reshape(part.shape());
}

/// A copy of all elements, one tensor behind the other.
Tensor flatten(const std::vector<Tensor>& tensors) {
  Tensor flat = Tensor::empty({total_elements(tensors)}, tensors.front().dtype(), tensors.front().device());
  std::int64_t offset = 0;
  for (const Tensor& tensor : tensors) {
    assign(parts_of(flat, tensor, offset), tensor.detach());
    offset += tensor.elements();
  }
  return flat;
}

struct Point {
  double loss = 0;
  Tensor gradient;
  double gradient_size = 0;  // the largest |element|

  bool is_finite() const { return std::isfinite(loss) && std::isfinite(gradient_size); }
};

/// The loss as a function of all parameters in one flat tensor.
class Objective {
 public:
  Objective(const std::vector<Tensor>& parameters, const std::function<Tensor()>& closure)
      : parameters_(parameters), closure_(closure) {}

  Tensor place() const { return flatten(parameters_); }
  void move_to(const Tensor& place) const {
    std::int64_t offset = 0;
    for (const Tensor& parameter : parameters_) {
      assign(parameter.detach(), parts_of(place, parameter, offset));
      offset += parameter.elements();
    }
  }
  Point evaluate() {
    ++evaluations_;
    const TapeScope on_the_tape(TapeMode::on);
    const Tensor loss = closure_();
    std::vector<Tensor> gradients = grad(loss, parameters_);
    const TapeScope off_the_tape(TapeMode::off);
    Point point{loss.detach().item(), flatten(gradients), 0};
    point.gradient_size = largest(point.gradient);
    return point;
  }
  int evaluations() const noexcept { return evaluations_; }

 private:
  const std::vector<Tensor>& parameters_;
  const std::function<Tensor()>& closure_;
  int evaluations_ = 0;
};

/// Where a step along a direction led.
struct Stepped {
  Point point;
  double step = 0;
  bool is_evaluated = true;
  bool saw_limits = false;  // whether a loss or gradient on the way was not finite
};

/// The step that the line search finds. Leaves the parameters there.
Stepped search(Objective& objective, const LbfgsOptions& options, const Point& here, const Tensor& from,
               const Tensor& direction, double slope, double length) {
  const auto evaluate = [&](double step) {
    objective.move_to(from + direction * step);
    Point point = objective.evaluate();
    const double slope_there = point.is_finite() ? dot(point.gradient, direction) : NAN;
    return Trial{step, point.loss, slope_there, std::move(point.gradient)};
  };
  SearchResult found = search_strong_wolfe(evaluate, {0, here.loss, slope, here.gradient}, length, largest(direction),
                                           options.change_tolerance);
  objective.move_to(found.best.step == 0 ? from : from + direction * found.best.step);
  Stepped stepped{{found.best.loss, found.best.gradient, 0}, found.best.step, true, found.saw_limits};
  stepped.point.gradient_size = largest(stepped.point.gradient);
  return stepped;
}

/// A step of that length, taken back when it leads to a loss that is not finite.
Stepped go(Objective& objective, const Point& here, const Tensor& from, const Tensor& direction, double length,
           bool evaluate) {
  objective.move_to(from + direction * length);
  if (!evaluate) return {here, length, false, false};
  Stepped stepped{objective.evaluate(), length, true, false};
  if (stepped.point.is_finite()) return stepped;
  objective.move_to(from);
  return {here, 0, true, true};
}

/// not_run: go on.
LbfgsStatus status_after(const LbfgsOptions& options, const Stepped& stepped, const Point& before, double change,
                         int iterations, int evaluations) {
  if (stepped.step == 0) return stepped.saw_limits ? LbfgsStatus::not_finite : LbfgsStatus::line_search_failed;
  if (stepped.is_evaluated && stepped.point.gradient_size <= options.gradient_tolerance)
    return LbfgsStatus::gradient_converged;
  if (change <= options.change_tolerance ||
      (stepped.is_evaluated && std::abs(stepped.point.loss - before.loss) < options.change_tolerance))
    return LbfgsStatus::change_converged;
  if (iterations == options.max_iterations) return LbfgsStatus::iteration_limit;
  const std::int64_t most =
      options.max_evaluations > 0 ? options.max_evaluations : std::int64_t{options.max_iterations} * 5 / 4;
  return evaluations >= most ? LbfgsStatus::evaluation_limit : LbfgsStatus::not_run;
}

/// Of a direction that promises no decrease worth a step.
LbfgsStatus status_of_slope(double slope) {
  if (!std::isfinite(slope)) return LbfgsStatus::not_finite;
  return slope > 0 ? LbfgsStatus::line_search_failed : LbfgsStatus::change_converged;
}

}  // namespace

const char* name_of(LbfgsStatus status) noexcept {
  switch (status) {
    case LbfgsStatus::not_run: return "not run";
    case LbfgsStatus::gradient_converged: return "gradient converged";
    case LbfgsStatus::change_converged: return "change converged";
    case LbfgsStatus::iteration_limit: return "iteration limit";
    case LbfgsStatus::evaluation_limit: return "evaluation limit";
    case LbfgsStatus::line_search_failed: return "line search failed";
    case LbfgsStatus::not_finite: return "not finite";
  }
  return "";
}

Lbfgs::Lbfgs(std::vector<Tensor> parameters, const LbfgsOptions& options)
    : Optimizer("Lbfgs", std::move(parameters)),
      options_(options),
      memory_(or_out_of_memory("Lbfgs", [] { return std::make_unique<Memory>(); })) {
  check_options(name_, options_);
  memory_->gradient = zeros_beside(parameters_);
  memory_->move = zeros_beside(parameters_);
}
Lbfgs::Lbfgs(Lbfgs&&) noexcept = default;
Lbfgs& Lbfgs::operator=(Lbfgs&&) noexcept = default;
Lbfgs::~Lbfgs() = default;

double Lbfgs::step(const std::function<Tensor()>& closure) try {
  check_there(name_, "step", parameters_);
  if (!closure) fail<ArgumentError>("Lbfgs::step: the closure is empty.");
  const TapeScope off_the_tape(TapeMode::off);
  Memory& memory = *memory_;
  Objective objective(parameters_, closure);
  LbfgsReport report;
  Point here = objective.evaluate();
  const double loss_before = here.loss;
  const bool is_first_sight = std::exchange(memory.unseen, false);
  if (!here.is_finite()) {
    report.status = LbfgsStatus::not_finite;
    if (is_first_sight) objective.move_to(objective.place() - memory.move);
  } else if (here.gradient_size <= options_.gradient_tolerance) {
    report.status = LbfgsStatus::gradient_converged;
  }

  while (report.status == LbfgsStatus::not_run) {
    ++report.iterations;
    const Tensor direction = memory.direction(here.gradient, options_.history);
    const double slope = dot(here.gradient, direction);
    if (!(slope <= -options_.change_tolerance)) {
      report.status = status_of_slope(slope);
      break;
    }
    const double share = memory.iterations == 1 ? std::min(1.0, 1 / sum(abs(here.gradient)).item()) : 1.0;
    const double length = share * options_.learning_rate;
    const Tensor from = objective.place();
    Stepped stepped;
    try {
      const bool evaluate = report.iterations != options_.max_iterations;
      stepped = options_.line_search == LineSearch::strong_wolfe
                    ? search(objective, options_, here, from, direction, slope, length)
                    : go(objective, here, from, direction, length, evaluate);
    } catch (...) {
      objective.move_to(from);
      throw;
    }
    memory.unseen = !stepped.is_evaluated;
    if (stepped.step != 0) memory.move = direction * stepped.step;
    report.status =
        status_after(options_, stepped, here, largest(memory.move), report.iterations, objective.evaluations());
    here = std::move(stepped.point);
  }
  report.evaluations = objective.evaluations();
  report.loss = here.loss;
  report.gradient_size = here.gradient_size;
  report_ = report;
  return loss_before;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Lbfgs::step");
}

void Lbfgs::set_learning_rate(double learning_rate) {
  check_there(name_, "set_learning_rate", parameters_);
  check_option(name_, "learning_rate", learning_rate, lbfgs_rate_bounds);
  options_.learning_rate = learning_rate;
}

std::vector<NamedTensor> Lbfgs::state() const try {
  check_there(name_, "state", parameters_);
  std::vector<NamedTensor> state;
  write_options(options_, state);
  memory_->write(state);
  return state;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Lbfgs::state");
}

void Lbfgs::set_state(const std::vector<NamedTensor>& state) try {
  check_there(name_, "set_state", parameters_);
  StateReader reader(name_, state);
  const auto options = read_options<LbfgsOptions>(name_, reader);
  const Tensor& first = parameters_.front();
  Memory memory = Memory::read(reader, total_elements(parameters_), first.dtype(), first.device());
  reader.finish();
  options_ = options;
  *memory_ = std::move(memory);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Lbfgs::set_state");
}

}  // namespace linden::optim
