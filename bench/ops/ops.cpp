// Micro-benchmarks of tensor operations (Google Benchmark): every elementwise op of the list, reductions, products, the
// tape. Beside libtorch: bench/peers/tensors.cpp.
#include <benchmark/benchmark.h>

#include <linden/linden.hpp>
#include <string>

#include "backend/math/scalar_ops.hpp"
#include "ops/elementwise.hpp"

namespace {

using namespace linden;

/// Numbers within the op's domain.
template <class Op>
Tensor operand(std::int64_t n, DType dtype, std::uint64_t seed) {
  return Generator(seed).uniform({n}, {Op::info.low, Op::info.high}, dtype);
}

std::string label(const char* name, DType dtype) { return std::string(name) + "/" + name_of(dtype); }

template <class Run>
void add(const std::string& name, std::int64_t n, const Run& run) {
  benchmark::RegisterBenchmark((name + "/" + std::to_string(n)).c_str(), [=](benchmark::State& state) {
    for (auto _ : state) run();
    state.SetItemsProcessed(state.iterations() * n);
  })->UseRealTime();
}

template <class... Ops>
void add_unary(OpList<Ops...> list, DType dtype, std::int64_t n) {
  (add(label(Ops::info.name, dtype), n,
       [x = operand<Ops>(n, dtype, 1), out = Ops::info.kind == OpKind::predicate ? DType::boolean : dtype, list] {
         benchmark::DoNotOptimize(run_unary(op_number<Ops>(list), x, out));
       }),
   ...);
}

template <class... Ops>
void add_binary(OpList<Ops...> list, DType dtype, std::int64_t n) {
  (add(label(Ops::info.name, dtype), n,
       [a = operand<Ops>(n, dtype, 1), b = operand<Ops>(n, dtype, 2),
        out = Ops::info.kind == OpKind::predicate ? DType::boolean : dtype,
        list] { benchmark::DoNotOptimize(run_binary(Ops::info.name, op_number<Ops>(list), a, b, out)); }),
   ...);
}

void add_rest(DType dtype, std::int64_t n) {
  const Tensor x = Generator(1).uniform({n}, {0.1, 2.1}, dtype);
  add(label("sum", dtype), n, [=] { benchmark::DoNotOptimize(sum(x)); });
  add(label("max", dtype), n, [=] { benchmark::DoNotOptimize(max(x)); });
  add(label("cumulative_sum", dtype), n, [=] { benchmark::DoNotOptimize(cumulative_sum(x, 0)); });
  add(label("sort", dtype), n, [=] { benchmark::DoNotOptimize(sort(x).values); });
  add(label("uniform", dtype), n, [=] { benchmark::DoNotOptimize(Generator(1).uniform({n}, {}, dtype)); });
  add(label("normal", dtype), n, [=] { benchmark::DoNotOptimize(Generator(1).normal({n}, 0, 1, dtype)); });
  const Tensor v = x.clone().set_requires_grad();
  add(label("backward of sum(exp(x) * x)", dtype), n, [=] {
    v.clear_grad();
    backward(sum(exp(v) * v));
  });
}

}  // namespace

int main(int argc, char** argv) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const std::int64_t n : {1, 1000, 100000}) {
      add_unary(UnaryOps(), dtype, n);
      add_binary(BinaryOps(), dtype, n);
      add_rest(dtype, n);
    }
    for (const std::int64_t n : {2, 16, 128, 512}) {
      const Tensor a = Generator(1).uniform({n, n}, {-1, 1}, dtype);
      add(label("matmul", dtype), n, [=] { benchmark::DoNotOptimize(matmul(a, a)); });
    }
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
