// The interpreter of row programs, a row to a thread.
//
// The numbers of small programs lie in local memory, those of others in memory where threads lie side by side. Two
// kernels hold all the ops there are, and take nvcc long: what callers do with the numbers, they do in kernels of their
// own.
#include "cuda/tree/rows/program_rows.hpp"

#include "backend/loss/row_loss.hpp"
#include "backend/loss/row_program.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned program_block = 128;
constexpr std::int32_t small_registers = 32;                    // what local memory holds
constexpr std::int64_t program_memory = std::int64_t{1} << 27;  // bytes for the threads of larger programs

template <std::int32_t most_registers>
__global__ void __launch_bounds__(program_block)
    interpret(__grid_constant__ const ProgramRows task, const RowProgram* program, const double* const* parameters,
              CurvatureRule rule, Majoriser majoriser, double* memory) {
  constexpr bool is_small = most_registers <= small_registers;
  double local[is_small ? 3 * most_registers : 1];
  const std::int64_t thread = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const std::int64_t threads = std::int64_t{gridDim.x} * blockDim.x;
  const std::int32_t outputs = program->outputs;
  const std::int64_t stride = task.curvature_stride != 0 ? task.curvature_stride : task.count;
  BoundedRowTile<most_registers> tile(*program, is_small ? local : memory + thread, 1, is_small ? 1 : threads,
                                      task.losses != nullptr);
  const RowInputs inputs{task.scores, task.rows, task.labels, parameters};
  for (std::int64_t row = thread; row < task.count; row += threads) {
    tile.load(inputs, task.begin + row, 1);
    for (std::int32_t k = 0; k < outputs; ++k) {
      tile.differentiate(k, rule, majoriser);
      task.slopes[k * task.count + row] = tile.gradient(0);
      task.curvatures[k * stride + row] = never_negative(ruled_curvature(rule, tile.curvature(0)));
    }
    if (task.losses != nullptr) task.losses[row] = tile.loss(0);
  }
}

}  // namespace

void program_rows(Context& context, const LossSpec& loss, const ProgramRows& task) {
  if (task.count == 0) return;
  const RowProgram& host = *loss.program;
  const StreamHandle stream = stream_of(context);
  const Scratch<RowProgram> program(context, 1);
  const Scratch<const double*> parameters(context, host.parameters);
  const auto upload = [&](void* to, const void* from, std::size_t bytes) {
    if (bytes > 0) check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream), "a row program");
  };
  upload(program.data(), &host, sizeof host);
  upload(parameters.data(), loss.program_parameters, static_cast<std::size_t>(host.parameters) * sizeof(const double*));

  unsigned grid = blocks_for(context, task.count, program_block);
  const auto start = [&]<std::int32_t most_registers>(double* memory) {
    launch<interpret<most_registers>>({.grid = grid, .block = program_block, .stream = stream}, task, program.data(),
                                      parameters.data(), loss.curvature, loss.majoriser, memory);
  };
  if (host.registers <= small_registers) return start.template operator()<small_registers>(nullptr);
  const std::int64_t of_block = program_block * RowTile::memory_size(host, 1);
  const std::int64_t fit = program_memory / (of_block * static_cast<std::int64_t>(sizeof(double)));
  if (fit < grid) grid = fit < 1 ? 1 : static_cast<unsigned>(fit);
  const Scratch<double> memory(context, grid * of_block, "the registers of a custom loss");
  // Sums of straight lines read values that nobody has asked for.
  set_bytes(context, memory.data(), 0, static_cast<std::size_t>(grid * of_block) * sizeof(double), "a row program");
  start.template operator()<RowProgram::most_registers>(memory.data());
}

}  // namespace linden::cuda
