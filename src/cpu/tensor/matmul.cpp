// c = a b. Sizes alone decide how:
//
//   m = 1 or n = 1   matvec.hpp: memory-bound
//   small            tiles of 4 x 4 in registers; wider ones and k < 8: the rows of b, each times its element of a
//   others           Eigen's GEMM on blocks of c, halved along the longer side until they are small or many
//
// The blocks are tasks. They do not depend on the number of threads, and within one the order is Eigen's.
#include "cpu/tensor/eigen_maps.hpp"
#include "cpu/tensor/matvec.hpp"
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t small_work = 2048;     // multiplications; a bigger product is worth Eigen's packing
constexpr std::int64_t thin = 8;              // so small a k is not worth it
constexpr std::int64_t task_work = 1 << 18;   // less is not worth waking a thread
constexpr std::int64_t few_blocks = 4;        // fewer blocks of c are halved while they have
constexpr std::int64_t few_work = 1 << 20;    // so many multiplications,
constexpr std::int64_t block_work = 1 << 25;  // others while they have so many,
constexpr std::int64_t block_side = 96;       // and a side of twice this
constexpr std::int64_t most_blocks = 64;

/// In place of Workers, where tasks are matrices of a batch.
struct OneThread {
  template <class Body>
  void each(std::int64_t tasks, const Body& body) {
    for (std::int64_t task = 0; task < tasks; ++task) body(task, 0);
  }
  template <class Body>
  void chunks(std::int64_t count, std::int64_t size, const Body& body) {
    for (std::int64_t begin = 0; begin < count; begin += size)
      body(begin, begin + size < count ? begin + size : count, begin / size, 0);
  }
};

template <class T>
struct Product {
  MatrixView<T> c, a, b;
};

template <class T>
Product<T> product_of(const MatmulTask& task, std::int64_t item) {
  const auto view = [&](const MatmulTask::Matrix& x, std::int64_t rows, std::int64_t columns) {
    return MatrixView<T>{static_cast<T*>(x.data) + item * x.batch_stride, rows, columns, x.row_stride, x.column_stride};
  };
  return {view(task.c, task.m, task.n), view(task.a, task.m, task.k), view(task.b, task.k, task.n)};
}

template <class T>
void loops(const Product<T>& p, std::int64_t begin, std::int64_t end) {
  const std::int64_t n = p.c.columns, k = p.a.columns;
  for (std::int64_t i = begin; i < end; ++i) {
    T* __restrict c = p.c.data + i * p.c.row_stride;
    const T* a = p.a.data + i * p.a.row_stride;
    for (std::int64_t j = 0; j < n; ++j) c[j] = 0;
    for (std::int64_t l = 0; l < k; ++l) {
      const T factor = a[l * p.a.column_stride];
      const T* __restrict b = p.b.data + l * p.b.row_stride;
      if (p.b.column_stride == 1)
        for (std::int64_t j = 0; j < n; ++j) c[j] += factor * b[j];
      else
        for (std::int64_t j = 0; j < n; ++j) c[j] += factor * b[j * p.b.column_stride];
    }
  }
}

/// A tile of c, summed over k in registers.
template <int height, int width, class T>
void small_tile(const Product<T>& p, std::int64_t i, std::int64_t j) {
  const T* a = p.a.data + i * p.a.row_stride;
  const T* b = p.b.data + j * p.b.column_stride;
  T sums[height][width] = {};
  for (std::int64_t l = 0; l < p.a.columns; ++l) {
    for (int r = 0; r < height; ++r)
      for (int w = 0; w < width; ++w)
        sums[r][w] += a[l * p.a.column_stride + r * p.a.row_stride] * b[l * p.b.row_stride + w * p.b.column_stride];
  }
  T* c = p.c.data + i * p.c.row_stride + j;
  for (int r = 0; r < height; ++r)
    for (int w = 0; w < width; ++w) c[r * p.c.row_stride + w] = sums[r][w];
}

template <int height, class T>
void row_of_tiles(const Product<T>& p, std::int64_t i) {
  std::int64_t j = 0;
  for (; j + 4 <= p.c.columns; j += 4) small_tile<height, 4>(p, i, j);
  for (; j < p.c.columns; ++j) small_tile<height, 1>(p, i, j);
}

template <class T>
void tiles(const Product<T>& p) {
  std::int64_t i = 0;
  for (; i + 4 <= p.c.rows; i += 4) row_of_tiles<4>(p, i);
  for (; i < p.c.rows; ++i) row_of_tiles<1>(p, i);
}

template <class T>
void gemm(const MatrixView<T>& c, const MatrixView<T>& a, const MatrixView<T>& b) {
  with_map(a, [&](const auto& left) {
    with_map(b, [&](const auto& right) { map_of<Eigen::RowMajor>(c).noalias() = left * right; });
  });
}

/// Into how many parts c is cut, each way.
struct Blocks {
  std::int64_t down = 1, across = 1;
};
Blocks blocks_of(std::int64_t m, std::int64_t n, std::int64_t k) {
  Blocks blocks;
  for (;;) {
    const std::int64_t height = m / blocks.down, width = n / blocks.across;
    const std::int64_t longer = height > width ? height : width;
    const std::int64_t count = blocks.down * blocks.across;
    const std::int64_t enough = count < few_blocks ? few_work : block_work;
    if (longer < 2 * block_side || height * width * k < enough || count >= most_blocks) return blocks;
    (height >= width ? blocks.down : blocks.across) *= 2;
  }
}

template <class Threads, class T>
void multiply(Threads& threads, const Product<T>& p) {
  const std::int64_t m = p.c.rows, n = p.c.columns, k = p.a.columns;
  if (m * n * k <= small_work && n <= 16) return tiles(p);
  if (k == 0 || m * n * k <= small_work || (k < thin && m > 1 && n > 1)) {
    const std::int64_t rows = task_work / (n * (k + 1));
    return threads.chunks(m, rows > 0 ? rows : 1,
                          [&](std::int64_t begin, std::int64_t end, std::int64_t, int) { loops(p, begin, end); });
  }
  if (n == 1)
    return matvec(threads,
                  MatvecTask<T>{p.a.data, m, k, p.a.row_stride, p.a.column_stride, p.b.data, p.b.row_stride, p.c.data});
  if (m == 1)
    return matvec(threads, MatvecTask<T>{p.b.data, n, k, p.b.column_stride, p.b.row_stride, p.a.data, p.a.column_stride,
                                         p.c.data});
  const Blocks blocks = blocks_of(m, n, k);
  threads.each(blocks.down * blocks.across, [&](std::int64_t part, int) {
    const std::int64_t i = part / blocks.across, j = part % blocks.across;
    const std::int64_t row = m * i / blocks.down, height = m * (i + 1) / blocks.down - row;
    const std::int64_t column = n * j / blocks.across, width = n * (j + 1) / blocks.across - column;
    gemm(p.c.block(row, column, height, width), p.a.block(row, 0, height, k), p.b.block(0, column, k, width));
  });
}

template <class T>
void matmul_as(Context& context, const MatmulTask& task) {
  const std::int64_t work = task.m * task.n * (task.k + 1);
  if (task.batch == 1 || work >= task_work) {
    for (std::int64_t item = 0; item < task.batch; ++item) multiply(context.workers, product_of<T>(task, item));
    return;
  }
  context.workers.chunks(task.batch, task_work / work, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    OneThread here;
    for (std::int64_t item = begin; item < end; ++item) multiply(here, product_of<T>(task, item));
  });
}

}  // namespace

void matmul(Context& context, const MatmulTask& task) {
  if (task.m == 0 || task.n == 0) return;
  task.dtype == DType::f32 ? matmul_as<float>(context, task) : matmul_as<double>(context, task);
}

LINDEN_LEVEL_END
}  // namespace linden
