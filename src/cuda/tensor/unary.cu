// Elementwise functions of one operand: one kernel for each op and dtype, made by folding over UnaryOps.
#include "backend/math/scalar_ops.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/strided.hpp"
#include "cuda/tensor/steps.hpp"

namespace linden::cuda {
namespace {

/// f32, f64, i32, i64 in the order of DType; ops of floating kinds have the first two.
constexpr int dtypes = 4;

template <class Op, class T>
using ResultOf = decltype(Op::value(T()));

/// Functions that compute much longer than they read, several of which at a time would not fit the registers.
using LongOps = OpList<Erf, Lgamma, Digamma>;
template <class Op, class T>
constexpr int together = op_number<Op>(LongOps()) >= 0 ? 1 : group_elements<T>();

template <class Op>
struct Value {
  template <class T>
  __device__ __forceinline__ auto operator()(T x) const {
    return Op::value(x);
  }
};

template <class Op, class T>
__global__ void unary_of(Walk<2> walk) {
  for_each_element<together<Op, T>, ResultOf<Op, T>, T>(walk, Value<Op>());
}

template <class Op, class T>
void run(Context& context, const ElementwiseTask<2>& task) {
  run_elements<unary_of<Op, T>, together<Op, T>, ResultOf<Op, T>, T>(context, task);
}

struct Entry {
  void (*run[dtypes])(Context&, const ElementwiseTask<2>&);
};

template <class Op>
constexpr Entry entry() {
  if constexpr (Op::info.kind == OpKind::floating || Op::info.kind == OpKind::rounding)
    return {{run<Op, float>, run<Op, double>, nullptr, nullptr}};
  else
    return {{run<Op, float>, run<Op, double>, run<Op, std::int32_t>, run<Op, std::int64_t>}};
}

struct Table {
  Entry entries[UnaryOps::size];
};

template <class... Ops>
constexpr Table make(OpList<Ops...>) {
  return {{entry<Ops>()...}};
}

constexpr Table table = make(UnaryOps());

}  // namespace

void unary(Context& context, std::int32_t op, const ElementwiseTask<2>& task) {
  table.entries[op].run[static_cast<int>(task.operand[1].dtype)](context, task);
}

}  // namespace linden::cuda
