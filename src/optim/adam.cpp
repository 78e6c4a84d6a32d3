// Adam and AdamW: options, state, and the task of the fused kernel (src/backend/tensor/step_math.hpp has the rule).
#include <limits>
#include <linden/optim.hpp>

#include "tensor/device_context.hpp"
#include "optim/options.hpp"
#include "optim/parameters.hpp"
#include "base/out_of_memory.hpp"

namespace linden::optim {

Adam::Adam(const char* name, std::vector<Tensor> parameters, const AdamOptions& options, bool decoupled)
    : Optimizer(name, std::move(parameters)), options_(options), decoupled_(decoupled) {
  check_options(name_, options_);
  steps_ = Tensor::zeros({static_cast<std::int64_t>(parameters_.size())}, DType::i64);
  mean_ = zeros_beside(parameters_);
  mean_of_squares_ = zeros_beside(parameters_);
}

Adam::Adam(std::vector<Tensor> parameters, const AdamOptions& options)
    : Adam("Adam", std::move(parameters), options, false) {}

AdamW::AdamW(std::vector<Tensor> parameters, const AdamWOptions& o)
    : Adam("AdamW", std::move(parameters), {o.learning_rate, o.beta1, o.beta2, o.epsilon, o.weight_decay}, true) {}

void Adam::step() {
  check_there(name_, "step", parameters_);
  StepTask task;
  task.learning_rate = options_.learning_rate;
  task.weight_decay = options_.weight_decay;
  task.decoupled = decoupled_;
  task.beta1 = options_.beta1;
  task.beta2 = options_.beta2;
  task.epsilon = options_.epsilon;
  fused_step(tensor_kernels_of(parameters_.front().device()).adam_step, task, parameters_, steps_, mean_,
             mean_of_squares_, std::numeric_limits<std::int64_t>::max());
}

void Adam::set_learning_rate(double learning_rate) {
  check_there(name_, "set_learning_rate", parameters_);
  check_option(name_, "learning_rate", learning_rate, rate_bounds);
  options_.learning_rate = learning_rate;
}

std::vector<NamedTensor> Adam::state() const try {
  check_there(name_, "state", parameters_);
  std::vector<NamedTensor> state;
  write_options(options_, state);
  state.push_back({"steps", host_copy(steps_)});
  state.push_back({"mean", host_copy(mean_)});
  state.push_back({"mean_of_squares", host_copy(mean_of_squares_)});
  return state;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Adam::state");
}

void Adam::set_state(const std::vector<NamedTensor>& state) try {
  check_there(name_, "set_state", parameters_);
  StateReader reader(name_, state);
  const auto options = read_options<AdamOptions>(name_, reader);
  Tensor steps = reader.tensor("steps", steps_.dtype(), steps_.shape());
  Tensor mean = reader.tensor("mean", mean_.dtype(), mean_.shape(), mean_.device());
  Tensor mean_of_squares = reader.tensor("mean_of_squares", mean_.dtype(), mean_.shape(), mean_.device());
  reader.finish();
  options_ = options;
  steps_ = std::move(steps);
  mean_ = std::move(mean);
  mean_of_squares_ = std::move(mean_of_squares);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Adam::set_state");
}

}  // namespace linden::optim
