-- AlterTable
ALTER TABLE "Server" ADD COLUMN     "sourceChangedAt" TIMESTAMP(3);
