-- AlterTable
ALTER TABLE "Preview" ADD COLUMN     "tellAt" TIMESTAMP(3);
