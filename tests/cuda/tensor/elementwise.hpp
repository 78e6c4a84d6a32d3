// What tests of elementwise kernels share: values of every kind, memory layouts, and one task run on both devices.
#pragma once

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "cuda/device.hpp"

namespace linden::cuda_test {

/// Random values: special ones, any bits, numbers of moderate size, halves and whole numbers.
template <class T>
std::vector<T> varied(std::int64_t count, unsigned seed) {
  using limits = std::numeric_limits<T>;
  std::mt19937_64 random(seed);
  std::vector<T> special{T(0), T(1), limits::max(), limits::lowest(), static_cast<T>(limits::max() / 2)};
  if constexpr (std::is_signed_v<T>) special.push_back(T(-1));
  if constexpr (std::is_floating_point_v<T>) {
    for (const T value : {limits::quiet_NaN(), limits::infinity(), limits::denorm_min(), limits::min(), T(0), T(0.5),
                          T(1.5), T(2.5), T(127.5), T(300), T(2147483648.0), T(9.3e18), limits::epsilon()}) {
      special.push_back(value);
      special.push_back(-value);
    }
  }
  std::vector<T> values(static_cast<std::size_t>(count));
  for (T& value : values) {
    const std::uint64_t bits = random();
    switch (random() % 5) {
      case 0: value = special[bits % special.size()]; break;
      case 1: std::memcpy(&value, &bits, sizeof(T)); break;
      case 2:
        value = std::is_floating_point_v<T> ? static_cast<T>(static_cast<double>(bits >> 11) * 0x1p-50 - 4.0)
                                            : static_cast<T>(bits % 9);
        break;
      case 3: value = static_cast<T>(static_cast<double>(bits % 41) * 0.5); break;
      default: value = static_cast<T>(bits % 7); break;
    }
  }
  return values;
}

/// Sizes, and for each operand its strides and the element where it starts (memory itself is aligned).
template <int operands>
struct Layout {
  std::vector<std::int64_t> sizes;
  std::vector<std::int64_t> strides[operands];
  std::int64_t start[operands] = {};

  std::int64_t extent(int operand) const {
    std::int64_t last = start[operand] + 1;
    for (std::size_t d = 0; d < sizes.size(); ++d) {
      if (sizes[d] == 0) return start[operand];
      last += (sizes[d] - 1) * strides[operand][d];
    }
    return last;
  }
};

/// Layouts of an output and `operands - 1` inputs: dense memory of many lengths (several blocks, whole and broken
/// groups), unaligned starts, numbers, rows and columns that are repeated, padded rows, transposed and nested memory.
template <int operands>
std::vector<Layout<operands>> layouts() {
  using Sizes = std::vector<std::int64_t>;
  std::vector<Layout<operands>> all;
  // Every input in turn has the layout `odd`, the others that of the output.
  const auto add = [&](const Sizes& sizes, const Sizes& out, const Sizes& odd, std::int64_t out_start = 0,
                       std::int64_t odd_start = 0) {
    for (int which = 1; which < operands; ++which) {
      Layout<operands> layout;
      layout.sizes = sizes;
      for (int o = 0; o < operands; ++o) {
        layout.strides[o] = o == which ? odd : out;
        layout.start[o] = o == which ? odd_start : o == 0 ? out_start : 0;
      }
      all.push_back(layout);
    }
  };
  add({0}, {1}, {1});
  add({3, 0, 2}, {2, 2, 1}, {0, 0, 0});
  add({}, {}, {});
  add({5}, {1}, {1});
  add({1301}, {1}, {1});
  add({160}, {1}, {1}, 1, 0);
  add({67}, {1}, {1}, 0, 3);
  add({300}, {1}, {0});
  add({50}, {3}, {1});
  add({6, 48}, {48, 1}, {0, 1});
  add({9, 32}, {32, 1}, {1, 0});
  add({5, 32}, {64, 1}, {48, 1});
  add({7, 13}, {13, 1}, {0, 1});
  add({37, 24}, {24, 1}, {1, 37});
  add({3, 2, 5, 16}, {160, 80, 16, 1}, {0, 16, 32, 1});
  add({2, 3, 2, 3, 2, 3, 2, 3}, {648, 216, 108, 36, 18, 6, 3, 1}, {1, 2, 6, 12, 36, 72, 216, 432});
  return all;
}

/// Same bits, or both NaN: which NaN it is differs between devices.
template <class T>
testing::AssertionResult same_values(const std::vector<T>& got, const std::vector<T>& wanted) {
  if (got.size() != wanted.size()) return testing::AssertionFailure() << got.size() << " values, not " << wanted.size();
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!(got[i] != got[i] && wanted[i] != wanted[i]) && std::memcmp(&got[i], &wanted[i], sizeof(T)) != 0)
      return testing::AssertionFailure() << "value " << i << " of " << got.size() << " is " << +got[i] << ", not "
                                         << +wanted[i];
  return testing::AssertionSuccess();
}

class OnDeviceElementwise : public DeviceTest {
 protected:
  /// Runs run(table, context, task) on both devices over equal memory: operand 0 of type Out (of the dtype `out`), the
  /// inputs given. What the task does not write must stay as it was.
  template <class Out, class Run, class... In>
  testing::AssertionResult same_on_both(const Layout<1 + sizeof...(In)>& layout, DType out, const DType* in_dtypes,
                                        const Run& run, const std::vector<In>&... in) {
    constexpr int operands = 1 + sizeof...(In);
    std::vector<Out> wanted = varied<Out>(layout.extent(0), 99);
    DeviceArray<Out> room = upload(wanted);
    std::tuple<DeviceArray<In>...> arrays{upload(in)...};
    ElementwiseTask<operands> device_task, cpu_task;
    device_task.rank = cpu_task.rank = static_cast<std::int32_t>(layout.sizes.size());
    const auto fill = [&](ElementwiseTask<operands>& task, std::initializer_list<const void*> memory,
                          std::initializer_list<std::size_t> bytes) {
      for (std::size_t d = 0; d < layout.sizes.size(); ++d) task.sizes[d] = layout.sizes[d];
      for (int o = 0; o < operands; ++o) {
        Operand& operand = task.operand[o];
        const auto start = static_cast<std::size_t>(layout.start[o]) * bytes.begin()[o];
        operand.data = static_cast<char*>(const_cast<void*>(memory.begin()[o])) + (memory.begin()[o] ? start : 0);
        operand.dtype = o == 0 ? out : in_dtypes[o - 1];
        for (std::size_t d = 0; d < layout.sizes.size(); ++d) operand.strides[d] = layout.strides[o][d];
      }
    };
    fill(cpu_task, {wanted.data(), in.data()...}, {sizeof(Out), sizeof(In)...});
    std::apply(
        [&](const auto&... array) {
          fill(device_task, {room.data(), array.data()...}, {sizeof(Out), sizeof(In)...});
        },
        arrays);
    run(cpu_backend().tensor, cpu(), cpu_task);
    run(device_backend().tensor, context(), device_task);
    return same_values(download(room), wanted);
  }
};

/// "exp, layout 3".
inline std::string place(const std::string& what, std::size_t layout) {
  return what + ", layout " + std::to_string(layout);
}

}  // namespace linden::cuda_test
