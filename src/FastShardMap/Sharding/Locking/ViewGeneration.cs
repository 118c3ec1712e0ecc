using System.Runtime.CompilerServices;
using FastShardMap.Layout;

namespace FastShardMap.Sharding;

/// <summary>The seqlock of a shard's read view, that is, of the tables the shard has.</summary>
internal static unsafe class ViewGeneration
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static GenerationWord BeginRead(ReadView* view)
    {
        SchedulePoint.Before("reader: generation");

        // [E2] acquire: pairs with the release in EndChange.
        return new GenerationWord(Volatile.Read(ref view->Generation));
    }

    /// <summary>Returns whether everything read since <see cref="BeginRead"/> belongs to tables that the shard had
    /// throughout.</summary>
    /// <remarks>Requires a validated group: the closing read of its version is an acquire ([E5]) and orders this
    /// read.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static bool ValidateAfterVersion(ReadView* view, GenerationWord generation)
    {
        SchedulePoint.Before("reader: generation again");
        return Volatile.Read(ref view->Generation) == generation.Word;
    }

    /// <summary>Like <see cref="ValidateAfterVersion"/>, but valid after any loads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: miss-1k
    public static bool Validate(ReadView* view, GenerationWord generation)
    {
        // [E1] acquire fence: pairs with the release fence in BeginChange. [E8] acquire fence: the generation also
        // reveals that a block was given back and reused for other data.
        Volatile.ReadBarrier();
        return ValidateAfterVersion(view, generation);
    }

    /// <summary>Begins a change of the shard's tables.</summary>
    public static void BeginChange(ReadView* view)
    {
        SchedulePoint.Before("writer: generation odd");
        view->Generation = new GenerationWord(view->Generation).BeginChange().Word;

        // [E1] release fence: the fields, and any later give-back or reuse ([E8]) of a table, come after the odd
        // generation; pairs with the acquire fence in Validate.
        Volatile.WriteBarrier();
        SchedulePoint.Before("writer: view");
    }

    /// <summary>Ends the change: the view is complete.</summary>
    public static void EndChange(ReadView* view)
    {
        GenerationWord next = new GenerationWord(view->Generation).EndChange(isMigrating: !view->Previous.IsNone);
        SchedulePoint.Before("writer: generation even");

        // [E2] release: the fields come first; pairs with the acquire in BeginRead.
        Volatile.Write(ref view->Generation, next.Word);
    }
}
