// Fused elementwise functions: a thread takes an element through the whole program, and memory is read and written
// once.
//
// Every op of every dtype stands in this one kernel: its values lie in local memory as bytes, and what they are the
// instructions say. All threads are at the same instruction.
#include "backend/math/convert.hpp"
#include "backend/math/scalar_ops.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/strided.hpp"
#include "cuda/tensor/steps.hpp"

namespace linden::cuda {
namespace {

using Code = FusedInstruction::Code;
constexpr int operands = FusedProgram::most_operands;

/// Calls visitor(T()) for the type of the numbers of a dtype.
template <class Visitor>
__device__ __forceinline__ void visit_number(DType dtype, const Visitor& visitor) {
  switch (dtype) {
    case DType::f32: visitor(float()); break;
    case DType::f64: visitor(double()); break;
    case DType::i32: visitor(std::int32_t()); break;
    case DType::i64: visitor(std::int64_t()); break;
    default: break;
  }
}

/// The same for what is stored of any dtype.
template <class Visitor>
__device__ __forceinline__ void visit_stored(DType dtype, const Visitor& visitor) {
  if (dtype == DType::u8 || dtype == DType::boolean)
    visitor(std::uint8_t());
  else
    visit_number(dtype, visitor);
}

/// The registers of one element.
class Element {
 public:
  explicit __device__ __forceinline__ Element(const FusedProgram& program) : program_(program) {
    for (std::int32_t i = 0; i < program.constants; ++i) values_[program.operands() + i] = program.constant[i];
  }

  __device__ __forceinline__ void load(std::int32_t r, const void* memory, std::int64_t at) {
    visit_stored(program_.dtype[r], [&](auto zero) { put(r, static_cast<const decltype(zero)*>(memory)[at]); });
  }
  __device__ __forceinline__ void store(std::int32_t r, void* memory, std::int64_t at) const {
    visit_stored(program_.dtype[r],
                 [&](auto zero) { static_cast<decltype(zero)*>(memory)[at] = get<decltype(zero)>(r); });
  }

  __device__ __forceinline__ void run(const FusedInstruction& in) {
    switch (in.code) {
      case Code::unary:
        visit_op(UnaryOps(), in.op, [&](auto op) {
          apply<decltype(op)>(in.from, [&](auto zero) { put(in.out, decltype(op)::value(get<decltype(zero)>(in.a))); });
        });
        break;
      case Code::binary:
        visit_op(BinaryOps(), in.op, [&](auto op) {
          apply<decltype(op)>(in.from, [&](auto zero) {
            put(in.out, decltype(op)::value(get<decltype(zero)>(in.a), get<decltype(zero)>(in.b)));
          });
        });
        break;
      case Code::where: values_[in.out] = get<std::uint8_t>(in.a) != 0 ? values_[in.b] : values_[in.c]; break;
      case Code::cast:
        visit_stored(in.from, [&](auto from) {
          const auto x = get<decltype(from)>(in.a);
          if (in.to == DType::boolean && in.from != DType::boolean)
            put(in.out, converted<Boolean>(x));
          else
            visit_stored(in.to, [&](auto to) { put(in.out, converted<decltype(to)>(x)); });
        });
        break;
    }
  }

 private:
  template <class T>
  __device__ __forceinline__ T get(std::int32_t r) const {
    T value;
    __builtin_memcpy(&value, &values_[r], sizeof value);
    return value;
  }
  template <class T>
  __device__ __forceinline__ void put(std::int32_t r, T value) {
    std::uint64_t bits = 0;
    __builtin_memcpy(&bits, &value, sizeof value);
    values_[r] = bits;
  }

  /// Calls body(T()) where the op takes T.
  template <class Op, class Body>
  static __device__ __forceinline__ void apply(DType dtype, const Body& body) {
    visit_number(dtype, [&](auto zero) {
      constexpr bool is_whole = __is_same(decltype(zero), std::int32_t) || __is_same(decltype(zero), std::int64_t);
      if constexpr (!is_whole || Op::info.kind == OpKind::arithmetic || Op::info.kind == OpKind::predicate) body(zero);
    });
  }

  const FusedProgram& program_;
  std::uint64_t values_[FusedProgram::most_registers];
};

__global__ void fuse(__grid_constant__ const FusedProgram program, __grid_constant__ const Walk<operands> walk) {
  Element element(program);
  const std::uint32_t thread = blockIdx.x * blockDim.x + threadIdx.x, threads = gridDim.x * blockDim.x;
  for (std::uint32_t i = thread; i < walk.elements; i += threads) {
    std::int64_t at[operands];
    offsets_of(walk, i, at);
    for (std::int32_t o = program.results; o < program.operands(); ++o) element.load(o, walk.data[o], at[o]);
    for (std::int32_t k = 0; k < program.instructions; ++k) element.run(program.instruction[k]);
    for (std::int32_t o = 0; o < program.results; ++o) element.store(o, walk.data[o], at[o]);
  }
}

}  // namespace

void fused(Context& context, const FusedProgram& program, const FusedTask& task) {
  std::int64_t bytes[operands];
  for (int o = 0; o < operands; ++o)
    bytes[o] = static_cast<std::int64_t>(size_of(program.dtype[static_cast<std::size_t>(o)]));
  each_part(task, bytes, most_elements, [&](const FusedTask& part) {
    const Walk<operands> walk = walk_over(part, bytes, 1);
    launch<fuse>({.grid = blocks_for(context, walk.elements, elementwise_block),
                  .block = elementwise_block,
                  .stream = stream_of(context)},
                 program, walk);
  });
}

}  // namespace linden::cuda
