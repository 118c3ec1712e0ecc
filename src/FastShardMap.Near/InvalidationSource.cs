namespace FastShardMap.Near;

/// <summary>How a near map learns that another process has changed a key.</summary>
public enum InvalidationSource
{
    /// <summary>The engine tells if it can (<see cref="Tracking"/>); otherwise the writers do
    /// (<see cref="Published"/>). All near maps of a prefix use the source that the first one has chosen.</summary>
    Auto = 0,

    /// <summary>The engine tells, by <c>CLIENT TRACKING</c> in broadcasting mode: Redis 6 or later, and Valkey. Changes
    /// by any client are seen.</summary>
    Tracking = 1,

    /// <summary>Each near map publishes its own writes, in the same transaction as the write: Garnet. Changes by other
    /// clients are not seen until <see cref="NearMapOptions.MaxForeignStaleness"/> has passed.</summary>
    Published = 2,
}
