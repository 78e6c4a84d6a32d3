// What Linden throws: linden::Error and its children.
//
// Every message says where, what (with the values) and how to mend it:
//
//     Dataset::from_csv("train.csv"): no column "pirce". Did you mean "price"? Columns: area, rooms, price.
//
//     try { model = BoostedModel::load("model.json"); }
//     catch (const linden::FileError& e) { std::cerr << e.what() << '\n'; }
//
// Every exception that leaves a function of Linden is a linden::Error, MemoryError where memory runs out, but for
// exceptions that the caller's own functions throw (callbacks, metrics, losses, log hooks), which pass through
// unchanged except std::bad_alloc. What is copied in the caller's program is the caller's: std::bad_alloc comes from
// arguments that are given by value, and from what a function of a temporary copies (fit_linear(...).weights()).
// Functions that are noexcept need no memory, or do without.
#pragma once

#include <linden/export.hpp>
#include <stdexcept>

namespace linden {

/// The base of everything Linden throws on purpose.
class LINDEN_API Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A value given by the caller is out of its range, or two arguments do not fit together.
class LINDEN_API ArgumentError : public Error {
 public:
  using Error::Error;
};

/// The shapes of tensors do not fit an operation, or each other.
class LINDEN_API ShapeError : public ArgumentError {
 public:
  using ArgumentError::ArgumentError;
};

/// An operation does not take tensors of this dtype.
class LINDEN_API DTypeError : public ArgumentError {
 public:
  using ArgumentError::ArgumentError;
};

/// The tape cannot do what was asked: a second backward through a freed graph, a saved value changed in place, a
/// gradient of what is not on the tape.
class LINDEN_API GraphError : public Error {
 public:
  using Error::Error;
};

/// The data itself is unusable: a ragged row, a label that is NaN, a missing column.
class LINDEN_API DataError : public Error {
 public:
  using Error::Error;
};

/// A metric has no value on these rows: auc where all have one label, r2 of a constant label, any metric of no rows.
class LINDEN_API UndefinedMetric : public DataError {
 public:
  using DataError::DataError;
};

/// A file cannot be opened, read or written, or is not the file it should be.
class LINDEN_API FileError : public Error {
 public:
  using Error::Error;
};

/// The device asked for is not there, or does not support what was asked of it.
class LINDEN_API DeviceError : public Error {
 public:
  using Error::Error;
};

/// Memory of the host or the device is exhausted; the message names the bytes wanted where one large block was.
class LINDEN_API MemoryError : public Error {
 public:
  using Error::Error;
};

namespace detail {

/// What templates of the headers throw in place of std::bad_alloc: MemoryError.
[[noreturn]] LINDEN_API void out_of_memory(const char* where);

}  // namespace detail
}  // namespace linden
