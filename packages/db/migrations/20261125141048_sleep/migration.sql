-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "InstanceState" ADD VALUE 'paused';
ALTER TYPE "InstanceState" ADD VALUE 'asleep';

-- AlterTable
ALTER TABLE "Instance" ADD COLUMN     "wakes" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "wokenAt" TIMESTAMP(3);

-- CreateTable
CREATE TABLE "InstanceUse" (
    "instanceId" TEXT NOT NULL,
    "usedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "InstanceUse_pkey" PRIMARY KEY ("instanceId")
);

-- AddForeignKey
ALTER TABLE "InstanceUse" ADD CONSTRAINT "InstanceUse_instanceId_fkey" FOREIGN KEY ("instanceId") REFERENCES "Instance"("id") ON DELETE CASCADE ON UPDATE CASCADE;
