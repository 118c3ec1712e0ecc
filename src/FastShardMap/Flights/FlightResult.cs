using System.Runtime.InteropServices;

namespace FastShardMap.Flights;

/// <summary>How a flight has ended, unless by an exception.</summary>
/// <param name="HasValue">Whether the flight gives its callers a value. Otherwise they look for the key again.</param>
/// <param name="Value">The value.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FlightResult<TValue>(bool HasValue, TValue Value);
