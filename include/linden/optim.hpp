// Optimizers: PyTorch's update rules, as one pass over all parameters.
//
//     Tensor w = Tensor::zeros({28}).set_requires_grad();
//     optim::Adam adam({w}, {.learning_rate = 0.01});
//     for (int round = 0; round < 100; ++round) {
//       adam.clear_grad();
//       backward(loss_of(w));
//       adam.step();
//     }
//
//     optim::Lbfgs lbfgs({w}, {.max_iterations = 200});
//     lbfgs.step([&] { return loss_of(w); });                  // gradients are its own affair
//     if (lbfgs.report().status == optim::LbfgsStatus::not_finite) std::cerr << "the loss is no number\n";
//
// Parameters are variables (Tensor::set_requires_grad), contiguous, all f32 or all f64, on one device; they are changed
// in place. All constructors throw ArgumentError for no parameters, two that share memory, or one that is not
// contiguous, GraphError for one that is no variable, DTypeError and DeviceError for a mixture, and ArgumentError
// for an option out of its range. Of an optimizer that was moved from, all calls but parameters(), options() and
// assignment throw ArgumentError.
//
// The optimizer's own tensors live where the parameters do. state() copies everything that the next steps depend on,
// options included, to the CPU; after set_state() on an optimizer of the same kind, with parameters of the same
// elements on any device, they go on as if there had been no break, bit for bit. The parameters themselves are not part
// of it.
#pragma once

#include <cstdint>
#include <functional>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/tensor.hpp>
#include <memory>
#include <string>
#include <vector>

namespace linden::optim {

using linden::NamedTensor;

/// What all optimizers have: the parameters.
class LINDEN_API Optimizer {
 public:
  const std::vector<Tensor>& parameters() const noexcept { return parameters_; }
  /// Forgets the gradients of all parameters.
  void clear_grad() const;

  Optimizer(const Optimizer&) = delete;  // two would share one state
  Optimizer& operator=(const Optimizer&) = delete;

 protected:
  Optimizer(const char* name, std::vector<Tensor> parameters);
  Optimizer(Optimizer&&) noexcept = default;
  Optimizer& operator=(Optimizer&&) noexcept = default;
  ~Optimizer() = default;

  const char* name_;  // "Sgd"
  std::vector<Tensor> parameters_;
};

struct SgdOptions {
  double learning_rate = 1e-3;  ///< >= 0
  double momentum = 0;          ///< [0, 1]
  double dampening = 0;         ///< [0, 1]: the velocity takes up 1 - dampening of a gradient, but all of the first
  double weight_decay = 0;      ///< >= 0: weight_decay * parameter is added to the gradient
  bool nesterov = false;        ///< needs momentum > 0, dampening = 0
};

/// v = momentum v + (1 - dampening) g, parameter -= learning_rate v; nesterov: parameter -= learning_rate (g +
/// momentum v).
class LINDEN_API Sgd : public Optimizer {
 public:
  explicit Sgd(std::vector<Tensor> parameters, const SgdOptions& options = {});

  /// A parameter without a gradient is left alone, and so is its velocity.
  void step();

  const SgdOptions& options() const noexcept { return options_; }
  void set_learning_rate(double learning_rate);

  std::vector<NamedTensor> state() const;
  /// Throws ArgumentError, and changes nothing, unless this is the state of such an optimizer.
  void set_state(const std::vector<NamedTensor>& state);

 private:
  SgdOptions options_;
  Tensor steps_;     // i64, of each parameter
  Tensor velocity_;  // of all parameters, one behind the other; empty without momentum
};

struct AdamOptions {
  double learning_rate = 1e-3;  ///< >= 0
  double beta1 = 0.9;           ///< [0, 1): what the mean of the gradients keeps
  double beta2 = 0.999;         ///< [0, 1): what the mean of their squares keeps
  double epsilon = 1e-8;        ///< >= 0: added to the root, after the correction of its bias
  double weight_decay = 0;      ///< >= 0: weight_decay * parameter is added to the gradient
};

struct AdamWOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 1e-2;  ///< >= 0: the parameter shrinks by learning_rate * weight_decay before the step
};

/// m = beta1 m + (1 - beta1) g, s = beta2 s + (1 - beta2) g g,
/// parameter -= learning_rate / (1 - beta1^t) m / (sqrt(s) / sqrt(1 - beta2^t) + epsilon).
class LINDEN_API Adam : public Optimizer {
 public:
  explicit Adam(std::vector<Tensor> parameters, const AdamOptions& options = {});

  /// A parameter without a gradient is left alone: its t counts only the steps with one.
  void step();

  const AdamOptions& options() const noexcept { return options_; }
  void set_learning_rate(double learning_rate);

  std::vector<NamedTensor> state() const;
  /// Throws ArgumentError, and changes nothing, unless this is the state of such an optimizer.
  void set_state(const std::vector<NamedTensor>& state);

 protected:
  Adam(const char* name, std::vector<Tensor> parameters, const AdamOptions& options, bool decoupled);

 private:
  AdamOptions options_;
  bool decoupled_;
  Tensor steps_;                   // i64, of each parameter
  Tensor mean_, mean_of_squares_;  // of all parameters, one behind the other
};

/// Adam with the weight decay apart from the gradient.
class LINDEN_API AdamW : public Adam {
 public:
  explicit AdamW(std::vector<Tensor> parameters, const AdamWOptions& options = {});
};

enum class LineSearch {
  none,          ///< every step is learning_rate long (the first: learning_rate min(1, 1 / |gradient|_1))
  strong_wolfe,  ///< until the strong Wolfe conditions hold (1e-4, 0.9), by cubic interpolation
};

struct LbfgsOptions {
  double learning_rate = 1;                           ///< > 0: length of the step, or where its search begins
  int max_iterations = 20;                            ///< of one step(), >= 1
  int max_evaluations = 0;                            ///< of one step(), >= 0; 0: 5/4 of max_iterations
  double gradient_tolerance = 1e-7;                   ///< >= 0, on the largest |gradient|
  double change_tolerance = 1e-9;                     ///< >= 0, on changes of the loss and of any parameter
  int history = 100;                                  ///< pairs that the curvature is taken from, >= 1
  LineSearch line_search = LineSearch::strong_wolfe;  ///< PyTorch's default is none
};

enum class LbfgsStatus {
  not_run,             ///< there was no step() yet
  gradient_converged,  ///< the largest |gradient| is within gradient_tolerance
  change_converged,    ///< the last change is within change_tolerance
  iteration_limit,     ///< max_iterations
  evaluation_limit,    ///< max_evaluations; a line search is not interrupted
  line_search_failed,  ///< no point along the direction had a lower loss
  not_finite,          ///< the loss or its gradient was infinite or NaN
};
/// "gradient converged", ...
LINDEN_API const char* name_of(LbfgsStatus) noexcept;

/// How a step() ended.
struct LbfgsReport {
  LbfgsStatus status = LbfgsStatus::not_run;
  int iterations = 0;
  int evaluations = 0;
  double loss = 0;           ///< at the last point that was kept; without a line search the last iteration may go on
                             ///< to one that is not evaluated
  double gradient_size = 0;  ///< the largest |gradient| there
};

/// The limited-memory BFGS method, as torch.optim.LBFGS: the same points, within rounding.
///
/// With a line search the loss never rises: a point with a loss that is NaN or infinite counts as too far, and the
/// lowest point of a search is kept. Without one, steps are taken as they come, but one to a point whose loss is not
/// finite is taken back.
class LINDEN_API Lbfgs : public Optimizer {
 public:
  explicit Lbfgs(std::vector<Tensor> parameters, const LbfgsOptions& options = {});
  Lbfgs(Lbfgs&&) noexcept;
  Lbfgs& operator=(Lbfgs&&) noexcept;
  ~Lbfgs();

  /// Up to max_iterations iterations. `closure` computes the loss, of one element, from the parameters as they are when
  /// it is called; it clears no gradients and calls no backward, and their grad() is left alone. Returns the loss
  /// before the step; report() says how it ended. When the closure throws, the parameters are those before the
  /// iteration.
  double step(const std::function<Tensor()>& closure);
  const LbfgsReport& report() const noexcept { return report_; }

  const LbfgsOptions& options() const noexcept { return options_; }
  void set_learning_rate(double learning_rate);

  std::vector<NamedTensor> state() const;
  /// Throws ArgumentError, and changes nothing, unless this is the state of such an optimizer.
  void set_state(const std::vector<NamedTensor>& state);

 private:
  struct Memory;  // src/optim/lbfgs_memory.hpp

  LbfgsOptions options_;
  LbfgsReport report_;
  std::unique_ptr<Memory> memory_;
};

}  // namespace linden::optim
