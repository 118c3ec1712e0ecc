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

        // [E2] acquire: pairs with the release in EndChange. [E14] acquire: pairs with the release in BeginChange.
        return new GenerationWord(Volatile.Read(ref view->Generation));
    }

    /// <summary>The one table of the shard, or <see cref="TableRef.Unsettled"/>. After
    /// <see cref="BeginRead"/>.</summary>
    /// <remarks>What it returns belongs to the generation, or the generation has changed since: a settled table is
    /// stored after its generation ([E15]), and overwritten before the next one ([E14]).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static TableRef ReadSettled(ReadView* view)
    {
        SchedulePoint.BeforeRead(&view->Settled, sizeof(TableRef), "reader: settled");
        return view->Settled;
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
        // [E1] acquire fence: pairs with the release fence in BeginChange. [E15] acquire fence: pairs with the release
        // of the settled table in EndChange. [E8] acquire fence: the generation also reveals that a block was given
        // back and reused for other data.
        Volatile.ReadBarrier();
        return ValidateAfterVersion(view, generation);
    }

    /// <summary>Begins a change of the shard's tables.</summary>
    public static void BeginChange(ReadView* view)
    {
        SchedulePoint.Before("writer: unsettled");
        view->Settled = TableRef.Unsettled;
        SchedulePoint.Before("writer: generation odd");

        // [E14] release: no lookup sees this generation, or a later one, together with the table that was settled
        // before; pairs with the acquire in BeginRead.
        Volatile.Write(ref view->Generation, new GenerationWord(view->Generation).BeginChange().Word);

        // [E1] release fence: the fields, and any later give-back or reuse ([E8]) of a table, come after the odd
        // generation; pairs with the acquire fence in Validate.
        Volatile.WriteBarrier();
        SchedulePoint.Before("writer: view");
    }

    /// <summary>Ends the change: the view is complete.</summary>
    /// <param name="view">The view.</param>
    /// <param name="staysBusy">Whether lookups must continue to wait, because the shard is in an exclusive
    /// phase.</param>
    public static void EndChange(ReadView* view, bool staysBusy = false)
    {
        bool isMigrating = !view->Previous.IsNone;
        GenerationWord next = new GenerationWord(view->Generation).EndChange(isMigrating);
        if (staysBusy)
        {
            next = next.BeginChange();
        }

        SchedulePoint.Before("writer: generation even");

        // [E2] release: the fields come first; pairs with the acquire in BeginRead.
        Volatile.Write(ref view->Generation, next.Word);
        if (next.IsStable)
        {
            SchedulePoint.Before("writer: settled");

            // [E15] release: a lookup that uses this table finds an older generation changed; pairs with the acquire
            // fence in Validate.
            Volatile.Write(ref *(ulong*)&view->Settled, view->Current.Word);
        }
    }
}
