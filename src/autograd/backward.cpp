// Backward: nodes in descending order of depth, each with its whole gradient, without recursion.
#include <algorithm>
#include <linden/autograd.hpp>
#include <linden/ops.hpp>
#include <unordered_map>

#include "tensor/node.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "ops/elementwise.hpp"

namespace linden {
namespace {

class Pass {
 public:
  /// Of a graph that is traced the gradients are traced, too.
  explicit Pass(bool create_graph)
      : scope_(!create_graph                    ? TapeMode::off
               : tape_mode() == TapeMode::trace ? TapeMode::trace
                                                : TapeMode::on) {}

  void add(const std::shared_ptr<Node>& node, const Tensor& gradient) {
    const auto [found, is_new] = gradients_.try_emplace(node.get(), gradient);
    if (!is_new) {
      found->second = found->second + gradient;
      return;
    }
    queue_.push_back({node->depth(), -static_cast<std::int64_t>(queued_++), node});
    std::push_heap(queue_.begin(), queue_.end());
  }

  bool empty() const { return queue_.empty(); }

  /// The deepest node, of several the first that was met: the order is that of the graph alone.
  std::pair<std::shared_ptr<Node>, Tensor> next() {
    std::pop_heap(queue_.begin(), queue_.end());
    std::shared_ptr<Node> node = std::move(queue_.back().node);
    queue_.pop_back();
    auto entry = gradients_.extract(node.get());
    return {std::move(node), std::move(entry.mapped())};
  }

 private:
  struct Entry {
    std::int64_t depth, order;
    std::shared_ptr<Node> node;
    bool operator<(const Entry& other) const {
      return depth != other.depth ? depth < other.depth : order < other.order;
    }
  };

  TapeScope scope_;
  std::unordered_map<const Node*, Tensor> gradients_;
  std::vector<Entry> queue_;
  std::size_t queued_ = 0;
};

/// Runs the rules from `y` down; `arrived(node, gradient)` sees every node's gradient before its rule runs.
template <class Arrived>
void run(const char* where, const Tensor& y, const Tensor& gradient, const BackwardOptions& options,
         const Arrived& arrived) try {
  if (!y.requires_grad())
    fail<GraphError>(
        "{}: this tensor of shape {} is not on the tape. Hint: set_requires_grad() on a variable before it is computed "
        "from it, outside NoGrad.",
        where, y.shape().text());
  if (gradient.shape() != y.shape())
    fail<ShapeError>("{}: the gradient has shape {}, the result {}.", where, gradient.shape().text(), y.shape().text());
  if (gradient.device() != y.device() && !TensorAccess::is_number(gradient))
    fail<DeviceError>("{}: the gradient is on {}, the result on {}. Hint: gradient.to(y.device()).", where,
                      gradient.device().name(), y.device().name());
  Pass pass(options.create_graph);
  pass.add(TensorAccess::node(y), prepared(gradient, y.dtype(), y.device()));
  std::vector<Tensor> gradients;
  while (!pass.empty()) {
    const auto [node, arriving] = pass.next();
    arrived(*node, arriving);
    const auto inputs = node->inputs();
    if (inputs.empty()) continue;
    gradients.assign(inputs.size(), Tensor());
    node->backward(node, arriving, gradients);
    if (!options.retain_graph && !options.create_graph) node->release();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const bool has_none = TensorAccess::storage(gradients[i]) == nullptr;  // of a mask, or a whole number
      if (inputs[i] && !has_none) pass.add(inputs[i], gradients[i]);
    }
  }
} catch (const std::bad_alloc&) {
  fail_out_of_memory(where);
}

Tensor one_for(const char* where, const Tensor& y) {
  if (y.elements() != 1)
    fail<ShapeError>(
        "{}: the result has shape {}, and only one element has a gradient of its own. Hint: take sum(y), or pass the "
        "gradient that arrives at it.",
        where, y.shape().text());
  return Tensor::ones(y.shape(), y.dtype(), y.device());
}

std::vector<Tensor> grad_from(const char* where, const Tensor& y, const std::vector<Tensor>& xs, const Tensor& gradient,
                              const BackwardOptions& options) try {
  for (const Tensor& x : xs)
    if (!x.requires_grad())
      fail<GraphError>("{}: an argument of shape {} is not on the tape. Hint: set_requires_grad() before it is used.",
                       where, x.shape().text());
  std::unordered_map<const Node*, Tensor> found;
  for (const Tensor& x : xs) found.try_emplace(TensorAccess::node(x).get());
  run(where, y, gradient, options, [&](const Node& node, const Tensor& arriving) {
    if (const auto at = found.find(&node); at != found.end()) at->second = arriving;
  });
  std::vector<Tensor> result;
  for (const Tensor& x : xs) {
    const Tensor& g = found[TensorAccess::node(x).get()];
    result.push_back(g.shape() == x.shape() ? g : Tensor::zeros(x.shape(), x.dtype(), x.device()));
  }
  return result;
} catch (const std::bad_alloc&) {
  fail_out_of_memory(where);
}

}  // namespace

void backward(const Tensor& y, const Tensor& gradient, const BackwardOptions& options) {
  run("backward", y, gradient, options, [](Node& node, const Tensor& arriving) {
    if (node.depth() > 0) return;
    std::optional<Tensor>& total = static_cast<Variable&>(node).gradient;
    total = total ? *total + arriving : arriving;
  });
}

void backward(const Tensor& y, const BackwardOptions& options) { backward(y, one_for("backward", y), options); }

std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& xs, const Tensor& gradient,
                         const BackwardOptions& options) {
  return grad_from("grad", y, xs, gradient, options);
}

std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& xs, const BackwardOptions& options) {
  return grad_from("grad", y, xs, one_for("grad", y), options);
}

NoGrad::NoGrad() : before_(static_cast<int>(tape_mode())) { set_tape_mode(TapeMode::off); }
NoGrad::~NoGrad() { set_tape_mode(static_cast<TapeMode>(before_)); }

}  // namespace linden
