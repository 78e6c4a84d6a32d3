// Communicator: how the machines of one fit reach each other.
//
// A fit may have its rows on several machines, or in several processes of one: each of them is a rank, has a part of
// the rows, and calls the same function with the same configuration (FitOptions::ranks, LinearOptions::ranks). What
// they tell each other goes through a Communicator. linden::mpi (<linden/mpi.hpp>) is one over MPI; whoever has another
// engine (Spark, Dask, Ray, sockets) writes five functions over it. examples/09_sockets.cpp does that. A sixth,
// reduce_scatter, is made of them, and may be written where the engine has a faster one.
//
//   mpi::Communicator world;
//   BoostedModel model = fit_boosted(my_rows, config, {.ranks = world});  // the same bytes on every rank
#pragma once

#include <cstdint>
#include <linden/export.hpp>

namespace linden {

/// The ranks of a fit, as one of them sees them.
///
/// A fit calls sum, max, gather and reduce_scatter on every rank in the same order and with the same counts, from the
/// thread that called the fit, one at a time; none returns before every rank has come to it. All values lie in the
/// memory of the host, also where rows are on a GPU. Ranks have one byte order. A function that cannot do its work
/// throws, and what it throws leaves the fit; the other ranks wait until their own call fails, so that an engine should
/// end them, or have a limit of time. All functions must be done on the same numbers everywhere: each rank gets the
/// same bytes.
class LINDEN_API Communicator {
 public:
  virtual ~Communicator() = default;

  /// Its number, from 0 on: the order of ranks is that of their rows.
  virtual int rank() const = 0;
  /// How many there are; does not change while a fit runs.
  virtual int size() const = 0;
  /// Each of these values becomes the sum of what it is on all ranks. No sum overflows.
  virtual void sum(std::int64_t* values, std::int64_t count) = 0;
  /// Each of these values, none of which is NaN, becomes the largest of what it is on all ranks.
  virtual void max(double* values, std::int64_t count) = 0;
  /// all [size * bytes]: these bytes of every rank, in the order of ranks. Nothing but copies are made of them.
  virtual void gather(const void* mine, std::int64_t bytes, void* all) = 0;
  /// Values that follow one another in parts, one a rank, of counts [size] values each, none of them negative. Each
  /// value of this rank's own part becomes the sum of what it is on all ranks; what becomes of the other parts does not
  /// matter. Most of what a fit sends goes through here. Where nothing else is written, all parts are summed for all.
  virtual void reduce_scatter(std::int64_t* values, const std::int64_t* counts) {
    std::int64_t all = 0;
    for (int part = 0; part < size(); ++part) all += counts[part];
    sum(values, all);
  }
};

/// No communicator, or one that outlives the call: {.ranks = world}.
class CommunicatorRef {
 public:
  CommunicatorRef() noexcept = default;
  CommunicatorRef(Communicator& ranks) noexcept : ranks_(&ranks) {}

  /// Null for none.
  Communicator* get() const noexcept { return ranks_; }

 private:
  Communicator* ranks_ = nullptr;
};

}  // namespace linden
