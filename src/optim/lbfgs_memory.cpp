// The two-loop recursion of L-BFGS over the pairs that it keeps.
#include "optim/lbfgs_memory.hpp"

#include <linden/ops.hpp>

#include "base/fail.hpp"

namespace linden::optim {
namespace {

constexpr double least_curvature = 1e-10;  // a pair below would spoil the scale, or make it negative

/// One member of all pairs as rows, each like `like`; on the CPU.
template <class Pairs, class Member>
Tensor rows_of(const Pairs& pairs, Member member, const Tensor& like) {
  const auto count = static_cast<std::int64_t>(pairs.size());
  Tensor rows = Tensor::empty({count, like.elements()}, like.dtype(), like.device());
  for (std::int64_t i = 0; i < count; ++i) assign(rows.select(0, i), pairs[static_cast<std::size_t>(i)].*member);
  return rows.to(Device::cpu());
}

}  // namespace

/// In f64: the square of an f32 need not fit one.
double dot(const Tensor& a, const Tensor& b) { return sum(cast(a, DType::f64) * cast(b, DType::f64)).item(); }

void Lbfgs::Memory::take_in_move(const Tensor& gradient_here, int history) {
  Tensor change = gradient_here - gradient;
  const double curvature = dot(change, move);
  if (!(curvature > least_curvature)) return;
  if (pairs.size() >= static_cast<std::size_t>(history)) pairs.pop_front();
  scale = curvature / dot(change, change);
  pairs.push_back({move, std::move(change), 1 / curvature});
}

Tensor Lbfgs::Memory::direction(const Tensor& gradient_here, int history) {
  const bool is_first = iterations++ == 0;
  if (!is_first) take_in_move(gradient_here, history);
  gradient = gradient_here;
  move = Tensor::zeros(gradient.shape(), gradient.dtype(), gradient.device());
  unseen = false;
  if (is_first) return -gradient_here;

  Tensor d = -gradient_here;
  std::vector<double> shares(pairs.size());
  for (std::size_t i = pairs.size(); i-- > 0;) {
    shares[i] = dot(pairs[i].move, d) * pairs[i].inverse;
    d = d - pairs[i].change * shares[i];
  }
  d = d * scale;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    d = d + pairs[i].move * (shares[i] - dot(pairs[i].change, d) * pairs[i].inverse);
  return d;
}

void Lbfgs::Memory::write(std::vector<NamedTensor>& state) const {
  const auto number = [&](const char* name, double value) { state.push_back({name, Tensor::full({}, value)}); };
  number("iterations", static_cast<double>(iterations));
  number("unseen", unseen);
  number("scale", scale);
  number("pairs", static_cast<double>(pairs.size()));
  Tensor inverses = Tensor::empty({static_cast<std::int64_t>(pairs.size())});
  for (std::size_t i = 0; i < pairs.size(); ++i) inverses.data<double>()[i] = pairs[i].inverse;
  state.push_back({"inverses", inverses});
  state.push_back({"moves", rows_of(pairs, &Pair::move, move)});
  state.push_back({"changes", rows_of(pairs, &Pair::change, move)});
  state.push_back({"gradient", host_copy(gradient)});
  state.push_back({"move", host_copy(move)});
}

Lbfgs::Memory Lbfgs::Memory::read(StateReader& state, std::int64_t elements, DType dtype, const Device& device) {
  Memory memory;
  const auto whole = [&](const char* name, double most) {
    const double value = state.number(name);
    if (!(value >= 0 && value <= most))
      fail<ArgumentError>("Lbfgs::set_state: \"{}\" is {}; it must be in [0, {}].", name, value, most);
    return static_cast<std::int64_t>(value);
  };
  memory.iterations = whole("iterations", 0x1p53);
  memory.unseen = whole("unseen", 1) != 0;
  memory.scale = state.number("scale");
  const std::int64_t count = whole("pairs", 0x1p31);
  const Tensor inverses = state.tensor("inverses", DType::f64, {count});
  const Tensor moves = state.tensor("moves", dtype, {count, elements}, device);
  const Tensor changes = state.tensor("changes", dtype, {count, elements}, device);
  for (std::int64_t i = 0; i < count; ++i)
    memory.pairs.push_back({moves.select(0, i), changes.select(0, i), inverses.at<double>({i})});
  memory.gradient = state.tensor("gradient", dtype, {elements}, device);
  memory.move = state.tensor("move", dtype, {elements}, device);
  return memory;
}

}  // namespace linden::optim
