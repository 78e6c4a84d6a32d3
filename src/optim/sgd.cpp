// Sgd: options, state, and the task of the fused kernel (src/backend/tensor/step_math.hpp has the rule).
#include <linden/optim.hpp>

#include "tensor/device_context.hpp"
#include "optim/options.hpp"
#include "optim/parameters.hpp"
#include "base/out_of_memory.hpp"

namespace linden::optim {

Sgd::Sgd(std::vector<Tensor> parameters, const SgdOptions& options)
    : Optimizer("Sgd", std::move(parameters)), options_(options) {
  check_options(name_, options_);
  steps_ = Tensor::zeros({static_cast<std::int64_t>(parameters_.size())}, DType::i64);
  if (options_.momentum != 0) velocity_ = zeros_beside(parameters_);
}

void Sgd::step() {
  check_there(name_, "step", parameters_);
  StepTask task;
  task.learning_rate = options_.learning_rate;
  task.weight_decay = options_.weight_decay;
  task.momentum = options_.momentum;
  task.dampening = options_.dampening;
  task.nesterov = options_.nesterov;
  // With momentum the first step differs from the others; without it they are all alike.
  const std::int64_t last_distinct_step = options_.momentum != 0 ? 2 : 1;
  fused_step(tensor_kernels_of(parameters_.front().device()).sgd_step, task, parameters_, steps_, velocity_, {},
             last_distinct_step);
}

void Sgd::set_learning_rate(double learning_rate) {
  check_there(name_, "set_learning_rate", parameters_);
  check_option(name_, "learning_rate", learning_rate, rate_bounds);
  options_.learning_rate = learning_rate;
}

std::vector<NamedTensor> Sgd::state() const try {
  check_there(name_, "state", parameters_);
  std::vector<NamedTensor> state;
  write_options(options_, state);
  state.push_back({"steps", host_copy(steps_)});
  if (options_.momentum != 0) state.push_back({"velocity", host_copy(velocity_)});
  return state;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Sgd::state");
}

void Sgd::set_state(const std::vector<NamedTensor>& state) try {
  check_there(name_, "set_state", parameters_);
  StateReader reader(name_, state);
  const auto options = read_options<SgdOptions>(name_, reader);
  Tensor steps = reader.tensor("steps", steps_.dtype(), steps_.shape()), velocity;
  const Tensor& first = parameters_.front();
  if (options.momentum != 0)
    velocity = reader.tensor("velocity", first.dtype(), {total_elements(parameters_)}, first.device());
  reader.finish();
  options_ = options;
  steps_ = std::move(steps);
  velocity_ = std::move(velocity);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Sgd::set_state");
}

}  // namespace linden::optim
