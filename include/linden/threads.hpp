// How many threads tensor operations use.
//
//     Threads two(2);             // until the end of the scope, for operations called from this thread
//     Tensor y = matmul(a, b);
//
// Without one they use all cores. Results do not depend on it: no bit of them.
#pragma once

#include <linden/error.hpp>
#include <linden/export.hpp>
#include <memory>

namespace linden {

class LINDEN_API Threads {
 public:
  /// 0 takes all cores. Throws ArgumentError for a negative number.
  explicit Threads(int threads);
  ~Threads();
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  /// The number in force on this thread.
  static int current();

  struct Scope;  // src/tensor/device_context.cpp

 private:
  std::unique_ptr<Scope> scope_;
};

}  // namespace linden
