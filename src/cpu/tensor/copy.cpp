// Copies between any two dtypes and strides.
//
// What becomes of a value is written in backend/math/convert.hpp. A copy that transposes runs in tiles that fit the
// first cache, whichever dimension is dense.
#include "cpu/tensor/row_loops.hpp"
#include "cpu/tensor/strided.hpp"
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t grain = 32768;
constexpr std::int64_t tile_rows = 64, tile_columns = 32;

/// A tile in the first cache. Its lines are not as long as a power of two, so that strides that are do no harm.
template <class T>
using Tile = T[tile_rows][tile_columns + 4];

/// tile[row][column] = columns[column * step + row].
template <class To, class From>
void turn(const From* columns, std::int64_t step, std::int64_t height, std::int64_t width, Tile<To>& tile) {
  for (std::int64_t column = 0; column < width; ++column)
    for (std::int64_t row = 0; row < height; ++row) tile[row][column] = converted<To>(columns[column * step + row]);
}

/// The same, values being moved as they are: four by four within registers.
template <class T>
void turn(const T* columns, std::int64_t step, std::int64_t height, std::int64_t width, Tile<T>& tile) {
  using V [[gnu::vector_size(4 * sizeof(T))]] = T;
  const std::int64_t whole_rows = height / 4 * 4, whole_columns = width / 4 * 4;
  for (std::int64_t column = 0; column < whole_columns; column += 4)
    for (std::int64_t row = 0; row < whole_rows; row += 4) {
      V v[4];
      for (int i = 0; i < 4; ++i) __builtin_memcpy(&v[i], columns + (column + i) * step + row, sizeof(V));
      const V low01 = __builtin_shufflevector(v[0], v[1], 0, 4, 1, 5),
              low23 = __builtin_shufflevector(v[2], v[3], 0, 4, 1, 5);
      const V high01 = __builtin_shufflevector(v[0], v[1], 2, 6, 3, 7),
              high23 = __builtin_shufflevector(v[2], v[3], 2, 6, 3, 7);
      v[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
      v[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
      v[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
      v[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
      for (int i = 0; i < 4; ++i) __builtin_memcpy(&tile[row + i][column], &v[i], sizeof(V));
    }
  for (std::int64_t column = 0; column < width; ++column)
    for (std::int64_t row = column < whole_columns ? whole_rows : 0; row < height; ++row)
      tile[row][column] = columns[column * step + row];
}

/// Rows whose input is dense down the rows: a tile is read down, and written along from a copy in the first cache.
template <class To, class From>
void transpose(const Rows<2>& rows) {
  Tile<To> tile;
  To* __restrict out = static_cast<To*>(rows.data[0]);
  const From* __restrict in = static_cast<const From*>(rows.data[1]);
  for (std::int64_t top = 0; top < rows.rows; top += tile_rows)
    for (std::int64_t left = 0; left < rows.count; left += tile_columns) {
      const std::int64_t height = lesser(tile_rows, rows.rows - top), width = lesser(tile_columns, rows.count - left);
      const From* const columns = in + left * rows.step[1] + top;
      if constexpr (__is_same(To, From) && sizeof(To) >= 4)
        turn(columns, rows.step[1], height, width, tile);
      else
        turn<To, From>(columns, rows.step[1], height, width, tile);
      for (std::int64_t row = 0; row < height; ++row) {
        To* to = out + (top + row) * rows.row_step[0] + left;
        for (std::int64_t column = 0; column < width; ++column) to[column] = tile[row][column];
      }
    }
}

template <class To, class From>
void loop(const Rows<2>& rows) {
  const std::int64_t out_step = rows.step[0], in_step = rows.step[1];
  if (out_step == 1 && in_step != 1 && rows.row_step[1] == 1 && rows.rows > 1) {
    transpose<To, From>(rows);
    return;
  }
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    To* __restrict out = static_cast<To*>(rows.data[0]) + row * rows.row_step[0];
    const From* __restrict in = static_cast<const From*>(rows.data[1]) + row * rows.row_step[1];
    if (out_step == 1 && in_step == 1) {
      for (std::int64_t i = 0; i < rows.count; ++i) out[i] = converted<To>(in[i]);
    } else if (out_step == 1 && in_step == 0) {
      const To value = converted<To>(in[0]);
      for (std::int64_t i = 0; i < rows.count; ++i) out[i] = value;
    } else {
      for (std::int64_t i = 0; i < rows.count; ++i) out[i * out_step] = converted<To>(in[i * in_step]);
    }
  }
}

struct Table {
  RowsLoop<2> loops[6][6];  // [output][input] in the order of DType
};

/// What only moves bytes moves whole numbers, and all dtypes of a size share the loop.
constexpr Table make() {
  using i32 = std::int32_t;
  using i64 = std::int64_t;
  using u8 = std::uint8_t;
  using b = Boolean;
  return {
      {{loop<i32, i32>, loop<float, double>, loop<float, i32>, loop<float, i64>, loop<float, u8>, loop<float, u8>},
       {loop<double, float>, loop<i64, i64>, loop<double, i32>, loop<double, i64>, loop<double, u8>, loop<double, u8>},
       {loop<i32, float>, loop<i32, double>, loop<i32, i32>, loop<i32, i64>, loop<i32, u8>, loop<i32, u8>},
       {loop<i64, float>, loop<i64, double>, loop<i64, i32>, loop<i64, i64>, loop<i64, u8>, loop<i64, u8>},
       {loop<u8, float>, loop<u8, double>, loop<u8, i32>, loop<u8, i64>, loop<u8, u8>, loop<u8, u8>},
       {loop<b, float>, loop<b, double>, loop<b, i32>, loop<b, i64>, loop<b, u8>, loop<u8, u8>}}};
}

constexpr Table table = make();

/// The dimension along which the input is dense, if that is not the last; else -1.
std::int32_t dense_input(const ElementwiseTask<2>& task) {
  const std::int32_t last = task.rank - 1;
  const std::int64_t* strides = task.operand[1].strides;
  if (last < 1 || task.operand[0].strides[last] != 1 || strides[last] == 1 || strides[last] == 0) return -1;
  for (std::int32_t i = last - 1; i >= 0; --i)
    if (strides[i] == 1) return i;
  return -1;
}

}  // namespace

RowsLoop<2> copy_loop(DType to, DType from) { return table.loops[static_cast<int>(to)][static_cast<int>(from)]; }

void copy(Context& context, const ElementwiseTask<2>& task) {
  const RowsLoop<2> run = copy_loop(task.operand[0].dtype, task.operand[1].dtype);
  const std::int32_t dense = dense_input(task);
  if (dense < 0) {
    run_task(context, task, grain, run);
    return;
  }
  ElementwiseTask<2> turned = task;
  const auto exchange = [&](std::int64_t* values) {
    const std::int64_t value = values[dense];
    values[dense] = values[task.rank - 2];
    values[task.rank - 2] = value;
  };
  exchange(turned.sizes);
  for (Operand& operand : turned.operand) exchange(operand.strides);
  run_task(context, turned, grain, run, tile_rows);
}

LINDEN_LEVEL_END
}  // namespace linden
