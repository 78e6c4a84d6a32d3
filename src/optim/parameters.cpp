// Checks of parameters, and the fused step over all of them.
#include "optim/parameters.hpp"

#include <algorithm>
#include <linden/optim.hpp>
#include <numeric>

#include "tensor/node.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "tensor/device_context.hpp"
#include "tensor/access.hpp"

namespace linden::optim {
namespace {

void check_alone(const char* optimizer, std::size_t i, const Tensor& parameter) {
  const auto& node = TensorAccess::node(parameter);
  if (!node)
    fail<GraphError>("{}: parameter {} of shape {} is no variable. Hint: set_requires_grad() before it is passed.",
                     optimizer, i, parameter.shape().text());
  if (!dynamic_cast<const Variable*>(node.get()))
    fail<GraphError>(
        "{}: parameter {} of shape {} is a result on the tape (of \"{}\"), no variable. Hint: detach() takes it off, "
        "then set_requires_grad().",
        optimizer, i, parameter.shape().text(), node->name());
  if (TensorAccess::is_const(parameter))
    fail<ArgumentError>("{}: parameter {} of shape {} is a view of const memory. Hint: pass a clone().", optimizer, i,
                        parameter.shape().text());
  if (!parameter.is_contiguous())
    fail<ArgumentError>(
        "{}: parameter {} of shape {} with strides {} is not contiguous. Hint: call contiguous() before "
        "set_requires_grad().",
        optimizer, i, parameter.shape().text(), parameter.strides().text());
}

void check_like_first(const char* optimizer, std::size_t i, const Tensor& parameter, const Tensor& first) {
  if (parameter.dtype() != first.dtype())
    fail<DTypeError>("{}: parameter {} is {}, parameter 0 {}. Hint: an optimizer for each dtype.", optimizer, i,
                     name_of(parameter.dtype()), name_of(first.dtype()));
  if (parameter.device() != first.device())
    fail<DeviceError>("{}: parameter {} is on {}, parameter 0 on {}. Hint: an optimizer for each device.", optimizer, i,
                      parameter.device().name(), first.device().name());
}

const char* begin_of(const Tensor& t) { return static_cast<const char*>(TensorAccess::data(t)); }
const char* end_of(const Tensor& t) {
  return begin_of(t) + t.elements() * static_cast<std::int64_t>(size_of(t.dtype()));
}

void check_apart(const char* optimizer, const std::vector<Tensor>& parameters) {
  std::vector<std::size_t> by_place(parameters.size());
  std::iota(by_place.begin(), by_place.end(), std::size_t{0});
  std::erase_if(by_place, [&](std::size_t i) { return parameters[i].elements() == 0; });
  std::stable_sort(by_place.begin(), by_place.end(), [&](std::size_t a, std::size_t b) {
    return std::less<>()(begin_of(parameters[a]), begin_of(parameters[b]));
  });
  for (std::size_t k = 1; k < by_place.size(); ++k) {
    const auto [a, b] = std::minmax(by_place[k - 1], by_place[k]);
    if (std::less<>()(begin_of(parameters[by_place[k]]), end_of(parameters[by_place[k - 1]])))
      fail<ArgumentError>("{}: parameters {} and {} share memory. Hint: pass each once.", optimizer, a, b);
  }
}

void* place(const Tensor& flat, std::int64_t offset) {
  if (flat.elements() == 0) return nullptr;
  return static_cast<char*>(TensorAccess::data(flat)) + offset * static_cast<std::int64_t>(size_of(flat.dtype()));
}

}  // namespace

void check_parameters(const char* optimizer, const std::vector<Tensor>& parameters) try {
  if (parameters.empty()) fail<ArgumentError>("{}: there are no parameters.", optimizer);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    check_alone(optimizer, i, parameters[i]);
    check_like_first(optimizer, i, parameters[i], parameters.front());
  }
  check_apart(optimizer, parameters);
} catch (const std::bad_alloc&) {
  fail_out_of_memory(optimizer);
}

void check_there(const char* optimizer, const char* call, const std::vector<Tensor>& parameters) {
  if (parameters.empty())
    fail<ArgumentError>("{}::{}: this optimizer was moved from. Hint: use the one that it went to.", optimizer, call);
}

std::int64_t total_elements(const std::vector<Tensor>& parameters) {
  std::int64_t total = 0;
  for (const Tensor& parameter : parameters) total += parameter.elements();
  return total;
}

Tensor zeros_beside(const std::vector<Tensor>& parameters) {
  return Tensor::zeros({total_elements(parameters)}, parameters.front().dtype(), parameters.front().device());
}

void fused_step(StepKernel kernel, StepTask task, const std::vector<Tensor>& parameters, const Tensor& steps,
                const Tensor& first, const Tensor& second, std::int64_t last_distinct_step) try {
  struct Move {
    std::int64_t step;
    Tensor gradient;
    StepSegment segment;
  };
  const TapeScope off_the_tape(TapeMode::off);
  const auto counts = steps.span<std::int64_t>();
  std::vector<Move> moves;
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < parameters.size(); offset += parameters[i++].elements()) {
    const Tensor& parameter = parameters[i];
    if (!parameter.has_grad()) continue;
    Move move{std::min(++counts[i], last_distinct_step), parameter.grad().contiguous(), {}};
    move.segment = {TensorAccess::data(parameter), TensorAccess::data(move.gradient), place(first, offset),
                    place(second, offset), parameter.elements()};
    moves.push_back(std::move(move));
    TensorAccess::bump_version(parameter);
  }
  std::stable_sort(moves.begin(), moves.end(), [](const Move& a, const Move& b) { return a.step < b.step; });

  Context& context = tensor_context(parameters.front().device());
  task.dtype = parameters.front().dtype();
  std::vector<StepSegment> segments;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    segments.push_back(moves[i].segment);
    if (i + 1 < moves.size() && moves[i + 1].step == moves[i].step) continue;
    task.segments = segments.data();
    task.count = static_cast<std::int32_t>(segments.size());
    task.step = moves[i].step;
    kernel(context, task);
    segments.clear();
  }
} catch (const std::bad_alloc&) {
  fail_out_of_memory("step");
}

Optimizer::Optimizer(const char* name, std::vector<Tensor> parameters)
    : name_(name), parameters_(std::move(parameters)) {
  check_parameters(name_, parameters_);
}

void Optimizer::clear_grad() const {
  check_there(name_, "clear_grad", parameters_);
  for (const Tensor& parameter : parameters_) parameter.clear_grad();
}

}  // namespace linden::optim
