namespace FastShardMap.Memory;

/// <summary>Who wants to hear of memory that comes back; nobody, as a rule. The layer on top sets the listener, because
/// this one cannot know it. Called on paths that are about to call the system anyway.</summary>
internal abstract class MemoryEvents
{
    public static MemoryEvents? Listener { get; set; }

    /// <summary>A block is out of use; late readers may still look at it.</summary>
    public abstract void Retired(nuint address, nuint bytes);

    /// <summary>The system has the pages of a range back. The address range stays mapped.</summary>
    public abstract void Released(nuint address, nuint bytes);

    /// <summary>A finalizer has given up the memory of an object that nobody had disposed.</summary>
    public abstract void Undisposed(Type type, string? name, long bytes);
}
