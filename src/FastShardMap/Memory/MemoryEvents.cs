namespace FastShardMap.Memory;

/// <summary>Listener for memory that is released; usually null. The layer above sets it, because this layer cannot
/// refer to that one. It is called on paths that are about to make a system call anyway.</summary>
internal abstract class MemoryEvents
{
    public static MemoryEvents? Listener { get; set; }

    /// <summary>A block is no longer in use, except by stale readers.</summary>
    public abstract void Retired(nuint address, nuint bytes);

    /// <summary>The pages of a range have been given back to the operating system. The address range stays
    /// mapped.</summary>
    public abstract void Released(nuint address, nuint bytes);

    /// <summary>A finalizer has released the memory of an object that was not disposed.</summary>
    public abstract void Undisposed(Type type, string? name, long bytes);
}
