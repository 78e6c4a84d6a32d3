// Fused functions: tracing, running, and derivatives, which are fused functions themselves.
#include <linden/fuse.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "autograd/obstacle.hpp"
#include "autograd/traced.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "fuse/program_builder.hpp"
#include "ops/elementwise.hpp"
#include "ops/loops.hpp"
#include "tensor/device_context.hpp"

namespace linden {
namespace detail {
namespace {

using Functions = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

/// An argument to trace with: the dtype, and for numbers of C++ what they are to other operands, of the real one.
Tensor made_up(const Tensor& like, const Shape& shape, int probe, std::size_t number) {
  const double first = (probe == 0 ? 0.3 : -0.4) + 0.2 * static_cast<double>(number);
  if (TensorAccess::is_number(like)) {
    if (like.dtype() == DType::f64) return Tensor(first);
    if (like.dtype() == DType::boolean) return Tensor(probe == 0);
    return Tensor(static_cast<std::int64_t>(number) + probe + 1);
  }
  Tensor values = Tensor::empty(shape);
  double value = first;
  for (double& v : values.span<double>()) v = value += 0.17;
  return cast(values, like.dtype()).to(like.device());
}

}  // namespace

/// Of result k by the arguments that are wanted, where the gradient that arrives at it is the last argument.
std::vector<Tensor> gradients_of(const Functions& f, std::size_t k, std::uint32_t wanted,
                                 const std::vector<Tensor>& arguments) {
  const TapeMode mode = tape_mode();
  const TapeScope scope(mode == TapeMode::off ? TapeMode::on : mode);
  std::vector<Tensor> xs(arguments.begin(), arguments.end() - 1), by;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    if (mode == TapeMode::off) xs[i] = xs[i].detach();
    if ((wanted >> i & 1) == 0) continue;
    if (mode == TapeMode::off) xs[i].set_requires_grad();
    if (mode == TapeMode::on) xs[i] = xs[i].clone();  // the same tensor may be two arguments
    by.push_back(xs[i]);
  }
  return grad(f(xs)[k], by, arguments.back(), {.create_graph = mode != TapeMode::off});
}

/// Several results of the same arguments.
class FusedFunctions : public std::enable_shared_from_this<FusedFunctions> {
 public:
  /// What does not run in one pass is refused, but for derivatives: some are too long, and run one by one.
  explicit FusedFunctions(Functions f, bool is_derivative) : f_(std::move(f)), is_derivative_(is_derivative) {}

  std::vector<Tensor> operator()(const std::vector<Tensor>& xs) {
    // Within another function that is traced the operations themselves are wanted; numbers alone have no device.
    if (tape_mode() == TapeMode::trace || std::ranges::all_of(xs, TensorAccess::is_number)) return f_(xs);
    std::vector<const Tensor*> operands;
    for (const Tensor& x : xs) operands.push_back(&x);
    const Device device = device_of_some("fuse", operands);
    const std::shared_ptr<const TracedProgram> traced = program_for(xs, device);
    if (!traced) return f_(xs);
    std::vector<Tensor> results = run(*traced, xs, device);
    for (std::size_t k = 0; k < results.size(); ++k) put_on_tape(results[k], k, traced->moves[k], xs);
    return results;
  }

 private:
  static std::vector<Tensor> run(const TracedProgram& traced, const std::vector<Tensor>& xs, const Device& device) {
    const FusedProgram& program = traced.program;
    std::vector<Tensor> inputs, results;
    for (const std::int32_t i : traced.inputs) inputs.push_back(xs[static_cast<std::size_t>(i)].detach().to(device));
    std::vector<const Tensor*> operands;
    for (const Tensor& input : inputs) operands.push_back(&input);
    const Shape shape = broadcast_shapes("fuse", operands);
    for (std::int32_t k = 0; k < program.results; ++k)
      results.push_back(TensorAccess::allocate(shape, program.dtype[static_cast<std::size_t>(k)], device));
    operands.clear();
    for (const Tensor& result : results) operands.push_back(&result);
    for (const Tensor& input : inputs) operands.push_back(&input);
    FusedTask task;
    fill_loops(shape, operands.data(), static_cast<int>(operands.size()), task.rank, task.sizes, task.operand);
    tensor_kernels_of(device).fused(tensor_context(device), program, task);
    return results;
  }

  void put_on_tape(Tensor& result, std::size_t k, std::uint32_t moves, const std::vector<Tensor>& xs) {
    if (tape_mode() == TapeMode::off) return;
    std::uint32_t wanted = 0;
    for (std::size_t i = 0; i < xs.size(); ++i)
      if (TensorAccess::node(xs[i]) && (moves >> i & 1) != 0) wanted |= std::uint32_t{1} << i;
    if (wanted == 0) return;
    std::vector<Saved> saved(xs.begin(), xs.end());
    const auto rule = [self = shared_from_this(), k, wanted, saved = std::move(saved)](
                          const std::shared_ptr<Node>& node, const Tensor& g, std::span<Tensor> gradients) {
      std::vector<Tensor> arguments;
      for (const Saved& each : saved) arguments.push_back(each.get(*node));
      arguments.push_back(g);
      const std::vector<Tensor> found = (*self->derivative(k, wanted))(arguments);
      auto next = found.begin();
      for (std::size_t i = 0; i < saved.size(); ++i)
        if ((wanted >> i & 1) != 0) gradients[i] = sum_to(*next++, arguments[i].shape());
    };
    record({"fuse"}, result, rule, std::span<const Tensor>(xs));
  }

  /// Of result k by the arguments that are wanted: a function of the arguments and of the gradient that arrives at it.
  std::shared_ptr<FusedFunctions> derivative(std::size_t k, std::uint32_t wanted) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<FusedFunctions>& found = derivatives_[{k, wanted}];
    if (!found) {
      const auto gradients = [f = f_, k, wanted](const std::vector<Tensor>& arguments) {
        return gradients_of(f, k, wanted, arguments);
      };
      found = std::make_shared<FusedFunctions>(gradients, true);
    }
    return found;
  }

  std::shared_ptr<const TracedProgram> program_for(const std::vector<Tensor>& xs, const Device& device) {
    if (xs.size() > FusedProgram::most_operands) return nullptr;  // a derivative of high order
    std::uint64_t key = 0;
    for (const Tensor& x : xs)
      key = key << 4 | static_cast<std::uint64_t>(x.dtype()) << 1 | (TensorAccess::is_number(x) ? 1U : 0U);
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = programs_.find(key); found != programs_.end()) return found->second;
    }
    std::shared_ptr<const TracedProgram> traced = trace(xs, device);  // without the lock: it runs the caller's function
    const std::lock_guard lock(mutex_);
    return programs_.try_emplace(key, std::move(traced)).first->second;
  }

  std::shared_ptr<const TracedProgram> trace(const std::vector<Tensor>& xs, const Device& device) const {
    try {
      const TapeScope scope(TapeMode::trace);
      TracedProgram traced = trace_on(xs, device, {3}, 0);
      if (traced != trace_on(xs, device, {2, 4}, 1))
        obstacle("what it does depends on the values of its arguments, or on their shape");
      return std::make_shared<const TracedProgram>(std::move(traced));
    } catch (const Obstacle& found) {
      if (is_derivative_) return nullptr;
      fail<ArgumentError>(
          "fuse: the function does not run in one pass: {}. Hint: fuse the elementwise parts, and pass what else they "
          "read as arguments.",
          found.reason);
    }
  }

  TracedProgram trace_on(const std::vector<Tensor>& xs, const Device& device, const Shape& shape, int probe) const {
    std::vector<Tensor> arguments;
    for (std::size_t i = 0; i < xs.size(); ++i)
      arguments.push_back(traced_argument(made_up(xs[i], shape, probe, i), static_cast<std::int64_t>(i)));
    std::vector<Tensor> results;
    try {
      results = f_(arguments);
    } catch (const ShapeError& error) {
      obstacle("on made-up arguments of shape {} it throws \"{}\"", shape.text(), error.what());
    }
    for (const Tensor& result : results)
      if (result.device() != device) obstacle("what it gives is on {}", result.device().name());
    return fused_program(results, shape);
  }

  Functions f_;
  bool is_derivative_;
  std::mutex mutex_;
  std::map<std::uint64_t, std::shared_ptr<const TracedProgram>> programs_;  // by dtypes, null: one by one
  std::map<std::pair<std::size_t, std::uint32_t>, std::shared_ptr<FusedFunctions>> derivatives_;
};

FusedFunction::FusedFunction(FunctionOfMany f) {
  if (!f) fail<ArgumentError>("fuse: the function is empty.");
  functions_ = or_out_of_memory("fuse", [&] {
    return std::make_shared<FusedFunctions>(
        [f = std::move(f)](const std::vector<Tensor>& xs) { return std::vector<Tensor>{f(xs)}; }, false);
  });
}

Tensor FusedFunction::operator()(std::vector<Tensor> xs) const try {
  return (*functions_)(std::move(xs))[0];
} catch (const std::bad_alloc&) {
  fail_out_of_memory("fuse");
}

}  // namespace detail
}  // namespace linden
